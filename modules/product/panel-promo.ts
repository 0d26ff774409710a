import { Type, type Static } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, file } from '#core/endpoint';
import { csvOf, everyPage, ROWS, SortInput, type ListRequest } from '#core/listing';
import { Anything, Id, listed, MapOf, Paging, required, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { ClientService } from '#modules/client/contract';
import type { promoApi } from './api/admin-promos.ts';
import { filterText } from './api/list.ts';
import { presentPromo, presentWithUsage } from './promo/schema.ts';
import type { Promos } from './promo/service.ts';
import { presentRedemption } from './redemption/schema.ts';
import { STANDARD_PERIODS } from './pricing.ts';
import type { Products } from './service.ts';

export interface PromoPanelParts {
  readonly promos: Promos;
  readonly products: Products;
  readonly clients: ClientService | undefined;
  readonly admin: ReturnType<typeof promoApi>;
  writeTime(time: Date): string;
}

const Shown = MapOf(Anything());
const List = Type.Object({
  search: Type.Optional(Text()),
  status: Type.Optional(Text()),
  page: Paging.page,
  ...SortInput,
});
const COLUMNS = [
  'id',
  'code',
  'type',
  'value',
  'used',
  'maxuses',
  'active',
  'recurring',
  'once_per_client',
  'freesetup',
  'start_at',
  'end_at',
  'created_at',
];
const LIST = '/admin/product/promos';
const LATEST = 25;

/** Promo codes with all their rules. */
export function promoPages({ promos, products, clients, admin, writeTime }: PromoPanelParts): readonly Page[] {
  const found = (ctx: Context, { search, status }: Static<typeof List>, request: ListRequest) =>
    promos.list(ctx, { search: filterText(search), status }, request);

  const list = adminEndpoint({
    summary: 'Promos, as staff filter and sort them.',
    permission: 'view',
    input: List,
    output: Shown,
    handle: async (ctx, input: Static<typeof List>) => ({
      ...listed(await found(ctx, input, { page: input.page, perPage: ROWS, sort: input.sort }), (one) => ({
        ...presentPromo(one),
        state: one.promo.isActive ? 'active' : 'inactive',
        discount: one.promo.type === 'percentage' ? `${presentPromo(one).value}%` : String(presentPromo(one).value),
      })),
      statuses: ['active', 'not-started', 'expired'],
      may: mayManage(ctx.actor),
    }),
  });

  const exportList = adminEndpoint({
    summary: 'Promos as a CSV file, filtered as the list is.',
    permission: 'view',
    input: List,
    output: Type.String(),
    async handle(ctx, input: Static<typeof List>) {
      async function* rows() {
        for await (const items of everyPage((request) => found(ctx, input, request))) yield items.map(presentPromo);
      }
      return file('promos.csv', 'text/csv; charset=utf-8', csvOf(COLUMNS, rows(), writeTime));
    },
  });

  /** What the form offers. */
  const choices = async (ctx: Context, periods: readonly unknown[]) => ({
    productChoices: [...(await products.titles(ctx, {}))].map(([id, title]) => [String(id), title]),
    periodChoices: [...new Set([...STANDARD_PERIODS, ...periods.map(String)])],
    groupChoices: Object.entries((await clients?.allGroups(ctx)) ?? {}),
  });

  const fresh = adminEndpoint({
    summary: 'The form for a new promo.',
    permission: 'manage_promos',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => ({ ...(await choices(ctx, [])), active: true, type: 'percentage', may: true }),
  });

  const one = adminEndpoint({
    summary: 'A promo, its rules and what it was used for.',
    permission: 'view',
    input: Type.Object({ id: required('Promo ID was not passed', Id) }),
    output: Shown,
    async handle(ctx, { id }) {
      const promo = presentWithUsage(await promos.show(ctx, id));
      const latest = await promos.listRedemptions(ctx, { promoId: id }, { page: 1, perPage: LATEST });
      return {
        ...promo,
        ...(await choices(ctx, promo.periods)),
        products: promo.products.map(String),
        periods: promo.periods.map(String),
        client_groups: promo.client_groups.map(String),
        redemptions: latest.items.map(presentRedemption),
        may: mayManage(ctx.actor),
      };
    },
  });

  const at = '/product/promos/:id';
  const then = `/admin${at}`;
  const pageOf = (id: unknown): string => `${LIST}/${String(id)}`;
  return [
    { role: 'admin', route: 'GET /product/promos', endpoint: list, view: 'admin/promos' },
    { role: 'admin', route: 'GET /product/promos/csv', endpoint: exportList },
    { role: 'admin', route: 'GET /product/promos/new', endpoint: fresh, view: 'admin/promo' },
    { role: 'admin', route: 'POST /product/promos/new', endpoint: admin.promo_create, leavesFor: pageOf, says: 'promo.added' },
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/promo' },
    { role: 'admin', route: `POST ${at}`, endpoint: admin.promo_update, then, says: 'product.saved' },
    { role: 'admin', route: `POST ${at}/copy`, endpoint: admin.promo_duplicate, leavesFor: pageOf, says: 'promo.copied' },
    { role: 'admin', route: `POST ${at}/delete`, endpoint: admin.promo_delete, then, says: 'promo.removed' },
  ]; // prettier-ignore
}

const mayManage = ({ rights }: AdminActor): boolean => holds(rights, 'product', 'manage_promos');
