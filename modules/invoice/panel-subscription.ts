import { Type, type Static } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { adminEndpoint, file } from '#core/endpoint';
import { csvOf, everyPage, ROWS, sortable } from '#core/listing';
import { toNumber } from '#core/money';
import { Anything, listed, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { ClientService } from '#modules/client/contract';
import type { adminSubscriptionApi } from './api/admin-subscription.ts';
import type { InstalledGateways } from './gateway/service.ts';
import type { Subscription } from './subscription/repository.ts';
import * as wire from './subscription/schema.ts';
import type { Subscriptions } from './subscription/service.ts';

export interface SubscriptionPanelParts {
  readonly subscriptions: Subscriptions;
  readonly gateways: InstalledGateways;
  readonly clients: ClientService;
  readonly admin: ReturnType<typeof adminSubscriptionApi>;
  writeTime(time: Date): string;
}

const Shown = MapOf(Anything());
const List = sortable(wire.SubscriptionsInput);
const LIST = '/admin/invoice/subscriptions';
const COLUMNS = ['id', 'client_id', 'client', 'gateway', 'sid', 'period', 'amount', 'currency', 'status', 'created_at'];
const STATUSES = ['active', 'pending_cancellation', 'canceled'];

/** Who agreed to pay again each period, as staff see it. */
export function subscriptionPages(parts: SubscriptionPanelParts): readonly Page[] {
  const { subscriptions, gateways, clients, admin, writeTime } = parts;

  async function rowsOf(ctx: Context, items: readonly Subscription[]) {
    const [people, installed] = await Promise.all([
      clients.summaries(ctx, [...new Set(items.flatMap(({ clientId }) => clientId ?? []))]),
      gateways.listByIds(
        ctx,
        items.flatMap(({ gatewayId }) => gatewayId ?? []),
      ),
    ]);
    return items.map((one) => {
      const { first_name = null, last_name = null } = people.get(one.clientId ?? 0) ?? {};
      return {
        id: one.id,
        client_id: one.clientId ?? null,
        client: [first_name, last_name].filter(Boolean).join(' ') || (one.clientId ? `#${one.clientId}` : ''),
        gateway: installed.get(one.gatewayId ?? 0)?.title ?? null,
        sid: one.sid ?? null,
        period: one.period ?? null,
        amount: one.amount === undefined ? null : toNumber(one.amount),
        currency: one.currency ?? null,
        status: one.status ?? null,
        created_at: one.createdAt,
      };
    });
  }

  const list = adminEndpoint({
    summary: 'Subscriptions, as staff filter and sort them.',
    permission: 'manage_subscriptions',
    input: List,
    output: Shown,
    async handle(ctx, input: Static<typeof List>) {
      const request = { page: input.page, perPage: ROWS, sort: input.sort };
      const found = await subscriptions.list(ctx, wire.toSubscriptionFilter(input), request);
      return { ...listed({ ...found, items: await rowsOf(ctx, found.items) }, (row) => row), statuses: STATUSES };
    },
  });

  const exportList = adminEndpoint({
    summary: 'Subscriptions as a CSV file, filtered as the list is.',
    permission: 'manage_subscriptions',
    input: List,
    output: Type.String(),
    async handle(ctx, input: Static<typeof List>) {
      async function* rows() {
        const filter = wire.toSubscriptionFilter(input);
        for await (const items of everyPage((request) => subscriptions.list(ctx, filter, request)))
          yield await rowsOf(ctx, items);
      }
      return file('subscriptions.csv', 'text/csv; charset=utf-8', csvOf(COLUMNS, rows(), writeTime));
    },
  });

  const one = adminEndpoint({
    summary: 'A subscription with what it is for.',
    permission: 'manage_subscriptions',
    input: Type.Object(wire.OneSubscription),
    output: Shown,
    async handle(ctx, { id }) {
      const found = await subscriptions.look(ctx, { id });
      const [row] = await rowsOf(ctx, [found]);
      const stored = found.gatewayId === undefined ? undefined : await gateways.find(ctx, found.gatewayId);
      const adapter = stored && gateways.adapterOf(stored);
      return {
        ...row,
        invoice_id: found.relType === 'invoice' ? (found.relId ?? null) : null,
        isOpen: found.status !== 'canceled',
        endsAtGateway: adapter?.cancelSubscription !== undefined,
      };
    },
  });

  const at = '/invoice/subscriptions/:id';
  const then = `/admin${at}`;
  return [
    { role: 'admin', route: 'GET /invoice/subscriptions', endpoint: list, view: 'admin/subscriptions' },
    { role: 'admin', route: 'GET /invoice/subscriptions/csv', endpoint: exportList },
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/subscription' },
    { role: 'admin', route: `POST ${at}`, endpoint: admin.subscription_update, then, says: 'subscription.saved' },
    { role: 'admin', route: `POST ${at}/delete`, endpoint: admin.subscription_delete, then, says: 'subscription.removed' },
  ]; // prettier-ignore
}

export const subscriptionMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'subscription.title', href: LIST, order: 230, permission: 'manage_subscriptions', group: 'sales' },
]; // prettier-ignore
