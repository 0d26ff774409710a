import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { notFound } from '#core/error';
import { Anything, Id, MapOf, pageRequest, Paging } from '#core/schema';
import type { Page } from '#core/web/page';
import type { OrderService } from '#modules/order/contract';
import type { Activations } from '../activation/service.ts';
import { presentActivation } from '../api/views.ts';
import type { clientApi } from '../api/client.ts';
import type { Apps } from '../app/service.ts';
import type { BoughtCodes } from './bought.ts';

/** Where owners see the code of an order. */
export const CODE_PAGE = '/activation-codes/:order_id';

interface Parts {
  readonly apps: Apps;
  readonly bought: BoughtCodes;
  readonly activations: Activations;
  readonly orders: OrderService;
  readonly client: ReturnType<typeof clientApi>;
}

const PER_PAGE = 20;

/** The code that an order bought, for its owner: who is to use it, and on which devices it is used. */
export function codePages({ apps, bought, activations, orders, client }: Parts): readonly Page[] {
  const own = clientEndpoint({
    summary: 'The activation code of an own order.',
    input: Type.Object({ order_id: Id, page: Paging.page }),
    output: MapOf(Anything()),
    async handle(ctx, { order_id, page }) {
      const order = await orders.findOwn(ctx, order_id, ctx.actor.id);
      const code = order && (await bought.showOfOrder(ctx, order));
      if (order === undefined || code === undefined) throw notFound('order.unknown', 'Order not found');
      const request = pageRequest({ page, per_page: PER_PAGE });
      const devices = await activations.list(ctx, { codeId: code.id }, request);
      const app = await apps.get(ctx, code.appId);
      return {
        order_id,
        title: order.title,
        status: order.status,
        id: code.id,
        app: app.name,
        code: code.code,
        destination: code.destination,
        standing: code.standing,
        starts_at: code.startsAt ?? null,
        expires_at: code.expiresAt ?? null,
        live: code.liveActivations,
        most: code.maxActivations,
        devices: devices.items.map(presentActivation),
        page,
        pages: Math.ceil(devices.total / PER_PAGE),
        mayRelease: await activations.mayRelease(ctx, app, code),
      };
    },
  });
  const form = { role: 'client', then: CODE_PAGE } as const;
  return [
    { role: 'client', route: `GET ${CODE_PAGE}`, endpoint: own, view: 'client/code' },
    {
      ...form,
      route: `POST ${CODE_PAGE}/destination`,
      endpoint: client.code_set_destination,
      says: 'code.isDirected',
    },
    { ...form, route: `POST ${CODE_PAGE}/release`, endpoint: client.activation_release, says: 'code.isReleased' },
  ];
}
