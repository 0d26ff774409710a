import { Type } from '@sinclair/typebox';
import { isInForce } from '#core/delivery';
import { clientEndpoint } from '#core/endpoint';
import { notFound } from '#core/error';
import { Anything, Id, MapOf } from '#core/schema';
import type { Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { OrderService } from '#modules/order/contract';
import type { clientApi } from './api/client.ts';
import type { Downloads } from './service.ts';

/** Where owners see what they may download. */
export const FILES_PAGE = '/downloads/:order_id';

interface Parts {
  readonly downloads: Downloads;
  readonly orders: OrderService;
  readonly client: ReturnType<typeof clientApi>;
  readonly admin: ReturnType<typeof adminApi>;
}

/** What an order has of files, and the addresses that letters and pages link to (commerce spec 17), whose answer is the file. */
export function downloadPages({ downloads, orders, client, admin }: Parts): readonly Page[] {
  const own = clientEndpoint({
    summary: 'The files of an own order.',
    input: Type.Object({ order_id: Id }),
    output: MapOf(Anything()),
    async handle(ctx, { order_id }) {
      const order = await orders.findOwn(ctx, order_id, ctx.actor.id);
      const shown = order && (await downloads.show(ctx, order));
      if (order === undefined || shown === undefined) throw notFound('order.unknown', 'Order not found');
      const { title, status } = order;
      return { order_id, title, status, files: shown['files'], isOn: isInForce(order, ctx.now) };
    },
  });
  return [
    { role: 'client', route: `GET ${FILES_PAGE}`, endpoint: own, view: 'client/files' },
    { role: 'client', route: 'GET /servicedownloadable/get-file/:order_id', endpoint: client.send_file },
    { role: 'client', route: 'GET /servicedownloadable/get-file/:order_id/:file_id', endpoint: client.send_file },
    { role: 'admin', route: 'GET /servicedownloadable/get-file/:id/:file_id', endpoint: admin.send_file },
    { role: 'admin', route: 'GET /servicedownloadable/order-file/:order_id/:file_id', endpoint: admin.send_order_file },
  ];
}
