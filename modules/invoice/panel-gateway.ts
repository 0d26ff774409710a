import { Type } from '@sinclair/typebox';
import { answersOf, questionsOf } from '#core/config-form';
import type { Context } from '#core/context';
import { adminEndpoint, Done, done } from '#core/endpoint';
import type { Gateways } from '#core/gateway';
import { ROWS, sortable } from '#core/listing';
import { Anything, listed, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import { codesOf, type adminGatewayApi, type GatewayApiParts } from './api/admin-gateway.ts';
import type { StoredGateway } from './gateway/repository.ts';
import * as wire from './gateway/schema.ts';

export interface GatewayPanelParts extends GatewayApiParts {
  readonly adapters: Gateways;
  readonly admin: ReturnType<typeof adminGatewayApi>;
}

const Shown = MapOf(Anything());
const List = sortable(wire.GatewaysInput);
const LIST = '/admin/invoice/gateways';

/** Ways to be paid, as staff install and set them up. */
export function gatewayPages({ gateways, adapters, currencies, baseUrl, admin }: GatewayPanelParts): readonly Page[] {
  const list = adminEndpoint({
    summary: 'Installed gateways and those that can be.',
    permission: 'manage_gateways',
    input: List,
    output: Shown,
    async handle(ctx, { page, sort, ...input }) {
      const found = await gateways.list(ctx, wire.toGatewayFilter({ ...input, page }), { page, perPage: ROWS, sort });
      const available = await gateways.listAvailable(ctx);
      return { ...listed(found, rowOf), available: available.map((code) => offerOf(code, adapters)) };
    },
  });

  const one = adminEndpoint({
    summary: 'A gateway with the form that its adapter asks for.',
    permission: 'manage_gateways',
    input: Type.Object(wire.OneGateway),
    output: Shown,
    async handle(ctx, { id }) {
      const stored = await gateways.get(ctx, id);
      const adapter = gateways.adapterOf(stored);
      const config = gateways.configOf(stored).values;
      const codes = await codesOf(ctx, currencies);
      return {
        ...wire.presentForStaff({ stored, adapter, config }, codes, baseUrl),
        hasAdapter: adapter !== undefined,
        hasCallback: adapter?.receive !== undefined,
        canRefund: adapter?.refund !== undefined,
        questions: questionsOf(adapter?.config, config),
        currencies: codes,
      };
    },
  });

  const change = adminEndpoint({
    summary: 'Set up a gateway; secrets that are left empty stay.',
    permission: 'manage_gateways',
    input: wire.GatewayInput,
    output: Done,
    handle: (ctx, input) => done(setUp(ctx, input)),
  });

  async function setUp(ctx: Context, input: Parameters<typeof wire.toGatewayChange>[0]): Promise<void> {
    const schema = gateways.adapterOf(await gateways.get(ctx, input.id))?.config;
    await gateways.update(ctx, input.id, {
      ...wire.toGatewayChange(input),
      config: answersOf(schema, input.config ?? {}),
      acceptedCurrencies: input.accepted_currencies?.filter((code) => code !== ''),
    });
  }

  const at = '/invoice/gateways/:id';
  const then = `/admin${at}`;
  return [
    { role: 'admin', route: 'GET /invoice/gateways', endpoint: list, view: 'admin/gateways' },
    { role: 'admin', route: 'POST /invoice/gateways/install', endpoint: admin.gateway_install, then: LIST, says: 'gateway.installed' },
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/gateway' },
    { role: 'admin', route: `POST ${at}`, endpoint: change, then, says: 'gateway.saved' },
    { role: 'admin', route: `POST ${at}/copy`, endpoint: admin.gateway_copy, leavesFor: (id) => `${LIST}/${String(id)}`, says: 'gateway.copied' },
    { role: 'admin', route: `POST ${at}/delete`, endpoint: admin.gateway_delete, then, says: 'gateway.removed' },
  ]; // prettier-ignore
}

export const gatewayMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'gateway.title', href: LIST, order: 240, permission: 'manage_gateways', group: 'sales' },
];

const rowOf = ({ id, title, code, isEnabled, isTest }: StoredGateway) => ({
  id,
  title,
  code,
  enabled: isEnabled ? 'enabled' : 'disabled',
  mode: isTest ? 'test_mode' : 'live_mode',
});

function offerOf(code: string, adapters: Gateways) {
  const adapter = adapters.find(code);
  return { code, title: adapter?.title ?? code, description: adapter?.description ?? null };
}
