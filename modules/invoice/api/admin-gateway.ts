import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { listed, MapOf, PageOf, pageRequest, required, Text } from '#core/schema';
import type { CurrencyService } from '#modules/currency/contract';
import type { StoredGateway } from '../gateway/repository.ts';
import * as wire from '../gateway/schema.ts';
import type { InstalledGateways } from '../gateway/service.ts';

export interface GatewayApiParts {
  readonly gateways: InstalledGateways;
  readonly currencies: Pick<CurrencyService, 'list'>;
  readonly baseUrl: string;
}

export const adminGatewayApi = ({ gateways, currencies, baseUrl }: GatewayApiParts) => {
  const shown = (stored: StoredGateway) => ({
    stored,
    adapter: gateways.adapterOf(stored),
    config: gateways.configOf(stored).values,
  });
  return {
    gateway_get_list: adminEndpoint({
      summary: 'Installed gateways by the code of their adapters.',
      permission: 'manage_gateways',
      input: wire.GatewaysInput,
      output: PageOf(wire.GatewayAdminView),
      handle: async (ctx, input) => {
        const page = await gateways.list(ctx, wire.toGatewayFilter(input), pageRequest(input));
        const codes = await codesOf(ctx, currencies);
        return listed(page, (stored) => wire.presentForStaff(shown(stored), codes, baseUrl));
      },
    }),

    gateway_get_pairs: adminEndpoint({
      summary: 'Titles of installed gateways by id.',
      permission: 'manage_gateways',
      input: Type.Object({}),
      output: MapOf(Type.String()),
      handle: async (ctx) => Object.fromEntries((await gateways.listAll(ctx)).map(({ id, title }) => [id, title])),
    }),

    gateway_get_available: adminEndpoint({
      summary: 'Codes of adapters that are not installed.',
      permission: 'manage_gateways',
      input: Type.Object({}),
      output: Type.Array(Type.String()),
      handle: (ctx) => gateways.listAvailable(ctx),
    }),

    gateway_install: adminEndpoint({
      summary: 'Install a gateway, switched off.',
      permission: 'manage_gateways',
      input: Type.Object({ code: required('Payment gateway code is missing', Text({ maxLength: 100 })) }),
      output: Done,
      handle: (ctx, { code }) => done(gateways.install(ctx, code)),
    }),

    gateway_get: adminEndpoint({
      summary: 'One installed gateway.',
      permission: 'manage_gateways',
      input: Type.Object(wire.OneGateway),
      output: wire.GatewayAdminView,
      handle: async (ctx, { id }) =>
        wire.presentForStaff(shown(await gateways.getWithAdapter(ctx, id)), await codesOf(ctx, currencies), baseUrl),
    }),

    gateway_copy: adminEndpoint({
      summary: 'Copy a gateway, switched off.',
      permission: 'manage_gateways',
      input: Type.Object(wire.OneGateway),
      output: Type.Integer(),
      handle: (ctx, { id }) => gateways.copy(ctx, id),
    }),

    gateway_update: adminEndpoint({
      summary: 'Set up a gateway. One that is switched on must be able to work.',
      permission: 'manage_gateways',
      input: wire.GatewayInput,
      output: Done,
      handle: (ctx, input) => done(gateways.update(ctx, input.id, wire.toGatewayChange(input))),
    }),

    gateway_delete: adminEndpoint({
      summary: 'Delete a gateway.',
      permission: 'manage_gateways',
      input: Type.Object(wire.OneGateway),
      output: Done,
      handle: (ctx, { id }) => done(gateways.remove(ctx, id)),
    }),
  };
};

export const codesOf = async (ctx: Context, currencies: Pick<CurrencyService, 'list'>): Promise<string[]> =>
  (await currencies.list(ctx)).map(({ code }) => code).sort();
