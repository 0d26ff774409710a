import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Id, List, listed, PageOf, pageRequest, required, Text } from '#core/schema';
import type { ClientService } from '#modules/client/contract';
import { presentForStaff, presentGateway } from '../gateway/schema.ts';
import * as wire from '../subscription/schema.ts';
import type { Subscription } from '../subscription/repository.ts';
import type { Subscriptions } from '../subscription/service.ts';
import { codesOf, type GatewayApiParts } from './admin-gateway.ts';

interface Parts extends GatewayApiParts {
  readonly subscriptions: Subscriptions;
  readonly clients: ClientService;
}

export const adminSubscriptionApi = ({ subscriptions, clients, gateways, currencies, baseUrl }: Parts) => {
  /** With all that staff see of the client and of the gateway. */
  async function single(ctx: Context, one: Subscription) {
    const clientId = one.clientId ?? 0;
    const [people, stored, codes] = await Promise.all([
      clients.staffSummaries(ctx, [clientId]),
      gateways.find(ctx, one.gatewayId ?? 0),
      codesOf(ctx, currencies),
    ]);
    const shown = stored && { stored, adapter: gateways.adapterOf(stored), config: gateways.configOf(stored).values };
    return wire.presentSubscription(one, {
      client: withNumbers(people.get(clientId)),
      gateway: shown && presentForStaff(shown, codes, baseUrl),
    });
  }

  return {
    subscription_get_list: adminEndpoint({
      summary: 'Subscriptions, newest first.',
      permission: 'manage_subscriptions',
      input: wire.SubscriptionsInput,
      output: PageOf(wire.SubscriptionView),
      handle: async (ctx, input) => {
        const page = await subscriptions.list(ctx, wire.toSubscriptionFilter(input), pageRequest(input));
        const clientIds = [...new Set(page.items.flatMap(({ clientId }) => clientId ?? []))];
        const gatewayIds = page.items.flatMap(({ gatewayId }) => gatewayId ?? []);
        const [people, installed, codes] = await Promise.all([
          clientIds.length === 0 ? new Map<number, Record<string, unknown>>() : clients.summaries(ctx, clientIds),
          gateways.listByIds(ctx, gatewayIds),
          codesOf(ctx, currencies),
        ]);
        return listed(page, (one) => {
          const stored = installed.get(one.gatewayId ?? 0);
          return wire.presentSubscription(one, {
            client: people.get(one.clientId ?? 0),
            gateway: stored && withoutLogo(presentGateway({ stored, adapter: gateways.adapterOf(stored) }, codes)),
          });
        });
      },
    }),

    subscription_create: adminEndpoint({
      summary: 'Enter a subscription.',
      permission: 'manage_subscriptions',
      input: wire.SubscriptionInput,
      output: Type.Integer(),
      handle: (ctx, input) => subscriptions.create(ctx, wire.toNewSubscription(input)),
    }),

    subscription_update: adminEndpoint({
      summary: 'Change a subscription; one that becomes canceled is canceled at its gateway first.',
      permission: 'manage_subscriptions',
      input: wire.SubscriptionEditInput,
      output: Done,
      handle: (ctx, input) => done(subscriptions.edit(ctx, input.id, wire.toSubscriptionEdit(input))),
    }),

    subscription_get: adminEndpoint({
      summary: 'One subscription by its ID or by that at the gateway.',
      permission: 'manage_subscriptions',
      input: Type.Object({ id: Type.Optional(Id), sid: Type.Optional(Text({ maxLength: 255 })) }),
      output: wire.SubscriptionView,
      handle: async (ctx, input) => single(ctx, await subscriptions.look(ctx, input)),
    }),

    subscription_delete: adminEndpoint({
      summary: 'Delete a subscription; at its gateway it goes on.',
      permission: 'manage_subscriptions',
      input: Type.Object(wire.OneSubscription),
      output: Done,
      handle: (ctx, { id }) => done(subscriptions.remove(ctx, id)),
    }),

    batch_delete_subscription: adminEndpoint({
      summary: 'Delete subscriptions one by one; the first that fails ends it.',
      permission: 'manage_subscriptions',
      input: Type.Object({ ids: required('IDs were not passed', List(Id)) }),
      output: Done,
      handle: async (ctx, { ids }) => {
        for (const id of ids) await subscriptions.remove(ctx, id);
        return true as const;
      },
    }),
  };
};

const withoutLogo = ({ logo: _, ...gateway }: ReturnType<typeof presentGateway>): Record<string, unknown> => gateway;

/** Here the wire has 0 and 1 where it has booleans elsewhere (recorded at 0.8.5). */
const withNumbers = (client: Record<string, unknown> | undefined): Record<string, unknown> | undefined =>
  client && { ...client, tax_exempt: Number(client['tax_exempt'] === true) };
