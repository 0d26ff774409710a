import { Type, type Static } from '@sinclair/typebox';
import { toNumber } from '#core/money';
import { DateTime, MapOf, Or } from '#core/schema';
import type { ShownPromo } from './service.ts';

const fields = {
  id: Type.Integer(),
  code: Type.String(),
  description: Or(Type.String()),
  type: Type.String(),
  value: Type.Number(),
  maxuses: Type.Integer(),
  used: Type.Integer(),
  freesetup: Type.Boolean(),
  once_per_client: Type.Boolean(),
  recurring: Type.Boolean(),
  active: Type.Boolean(),
  products: Type.Array(Type.Unknown()),
  periods: Type.Array(Type.Unknown()),
  client_groups: Type.Array(Type.Unknown()),
  start_at: Or(DateTime),
  end_at: Or(DateTime),
  created_at: DateTime,
  updated_at: DateTime,
  applies_to: Or(MapOf(Type.String())),
  cgroups: Or(MapOf(Type.String())),
  redemption_count: Type.Integer(),
  can_be_deleted: Type.Boolean(),
};

export const PromoView = Type.Object(fields);

export const PromoWithUsageView = Type.Object({
  ...fields,
  usage_stats: Type.Object({
    operational_use_count: Type.Integer(),
    max_uses: Type.Integer(),
    remaining_operational_uses: Type.Integer({ description: '0 also when there is no limit.' }),
    recorded_applications: Type.Integer(),
    checkout_applications: Type.Integer(),
    renewal_applications: Type.Integer(),
    active_checkout_applications: Type.Integer(),
    reserved_applications: Type.Integer(),
    committed_applications: Type.Integer(),
    released_applications: Type.Integer(),
    distinct_clients: Type.Integer(),
    orders_using_promo: Type.Integer(),
  }),
});

export const presentPromo = ({ promo, products, groups, redemptions }: ShownPromo): Static<typeof PromoView> => ({
  id: promo.id,
  code: promo.code,
  description: promo.description ?? null,
  type: promo.type,
  value: toNumber({ amount: promo.valueHundredths, currency: '%' }),
  maxuses: promo.maxUses,
  used: promo.used,
  freesetup: promo.hasFreeSetup,
  once_per_client: promo.isOncePerClient,
  recurring: promo.isRecurring,
  active: promo.isActive,
  products: [...promo.products],
  periods: [...promo.periods],
  client_groups: [...promo.clientGroups],
  start_at: promo.startsAt ?? null,
  end_at: promo.endsAt ?? null,
  created_at: promo.createdAt,
  updated_at: promo.updatedAt,
  applies_to: promo.products.length === 0 ? null : titles(products),
  cgroups: promo.clientGroups.length === 0 ? null : titles(groups),
  redemption_count: redemptions,
  can_be_deleted: redemptions === 0,
});

export function presentWithUsage(shown: Required<ShownPromo>): Static<typeof PromoWithUsageView> {
  const { promo, usage } = shown;
  const count = (wanted: { phase?: string; status?: string }): number =>
    usage.counts
      .filter(({ phase }) => wanted.phase === undefined || phase === wanted.phase)
      .filter(({ status }) => wanted.status === undefined || status === wanted.status)
      .reduce((total, { count: some }) => total + some, 0);
  const released = count({ phase: 'checkout', status: 'released' });
  return {
    ...presentPromo(shown),
    usage_stats: {
      operational_use_count: promo.used,
      max_uses: promo.maxUses,
      remaining_operational_uses: Math.max(promo.maxUses - promo.used, 0),
      recorded_applications: count({}),
      checkout_applications: count({ phase: 'checkout' }),
      renewal_applications: count({ phase: 'renewal' }),
      active_checkout_applications: count({ phase: 'checkout' }) - released,
      reserved_applications: count({ status: 'reserved' }),
      committed_applications: count({ status: 'committed' }),
      released_applications: count({ status: 'released' }),
      distinct_clients: usage.clients,
      orders_using_promo: usage.orders,
    },
  };
}

const titles = (map: ReadonlyMap<number, string>): Record<string, string> =>
  Object.fromEntries([...map].map(([id, title]) => [String(id), title]));
