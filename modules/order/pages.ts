import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import type { ProductTypes } from '#core/product';
import { Anything, Id, listed, MapOf, OneOf, Paging } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import { fillPath } from '#core/web/route';
import type { Ending } from './ending.ts';
import { cellsOf } from './service-facts.ts';
import { getOwn, type OrderViews } from './views.ts';

const Shown = MapOf(Anything());
const PER_PAGE = 20;
const STATUSES = ['active', 'pending_setup', 'suspended', 'canceled', 'failed_setup', 'failed_renew'] as const;

/** What a client has bought. A type with a page of its own is managed there; this one tells of its order. */
export function servicePages(views: OrderViews, productTypes: ProductTypes, ending: Ending): readonly Page[] {
  const list = clientEndpoint({
    summary: 'Own services, newest first.',
    input: Type.Object({ page: Paging.page, status: Type.Optional(OneOf('', ...STATUSES)) }),
    output: Shown,
    async handle(ctx, { page, status }) {
      const filter = { clientId: ctx.actor.id, ...(status && { status }) };
      const found = await views.list(ctx, filter, { page, perPage: PER_PAGE }, 'client');
      return { ...listed(found, (row) => row), statuses: STATUSES };
    },
  });

  const one = clientEndpoint({
    summary: 'One own service.',
    input: Type.Object({ id: Id }),
    output: Shown,
    async handle(ctx, { id }) {
      const order = await getOwn(ctx, id, ctx.actor.id);
      const type = productTypes.find(order.serviceType);
      const isOn = order.status === 'active' || order.status === 'suspended';
      const service = isOn && order.serviceId !== undefined ? await type?.show(ctx, order) : undefined;
      return {
        ...(await views.own(ctx, id, ctx.actor.id)),
        manage: service === undefined || !type?.managedAt ? null : fillPath(type.managedAt, { order_id: id }),
        facts: cellsOf(service),
        addons: (await views.addons(ctx, order)).map(({ id: addon, title, status }) => ({ id: addon, title, status })),
        ending: await ending.stateOf(ctx, order),
        canWithdraw: ['pending_setup', 'failed_setup'].includes(order.status),
        isRenewable: order.period !== undefined && ['active', 'suspended'].includes(order.status),
      };
    },
  });

  return [
    { role: 'client', route: 'GET /order/service', endpoint: list, view: 'client/services' },
    { role: 'client', route: 'GET /order/service/manage/:id', endpoint: one, view: 'client/service' },
  ];
}

export const serviceMenu: readonly MenuEntry[] = [
  { role: 'client', title: 'menu.services', href: '/order/service', order: 20 },
];
