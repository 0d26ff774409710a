import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { notFound } from '#core/error';
import { Anything, Id, MapOf } from '#core/schema';
import type { Page } from '#core/web/page';
import type { OrderService } from '#modules/order/contract';
import type { clientApi } from './api/client.ts';
import type { Licenses } from './service.ts';

/** Where owners see a license. */
export const LICENSE_PAGE = '/licenses/:order_id';

interface Parts {
  readonly licenses: Licenses;
  readonly orders: OrderService;
  readonly client: ReturnType<typeof clientApi>;
}

/** The license of one order, for its owner. */
export function licensePages({ licenses, orders, client }: Parts): readonly Page[] {
  const own = clientEndpoint({
    summary: 'The license of an own order.',
    input: Type.Object({ order_id: Id }),
    output: MapOf(Anything()),
    async handle(ctx, { order_id }) {
      const order = await orders.findOwn(ctx, order_id, ctx.actor.id);
      const license = order && (await licenses.show(ctx, order));
      if (order === undefined || license === undefined) throw notFound('order.unknown', 'Order not found');
      const isOn = order.status === 'active';
      return {
        order_id,
        title: order.title,
        status: order.status,
        expires_at: order.expiresAt ?? null,
        // As the API does, a client is shown the key only while the order is active.
        key: isOn ? license['license_key'] : null,
        seen: [
          { name: 'ips', isChecked: license['validate_ip'], values: license['ips'] },
          { name: 'hosts', isChecked: license['validate_host'], values: license['hosts'] },
          { name: 'versions', isChecked: license['validate_version'], values: license['versions'] },
          { name: 'paths', isChecked: license['validate_path'], values: license['paths'] },
        ],
        pinged_at: license['pinged_at'],
        isOn,
      };
    },
  });
  return [
    { role: 'client', route: `GET ${LICENSE_PAGE}`, endpoint: own, view: 'client/manage' },
    {
      role: 'client',
      route: `POST ${LICENSE_PAGE}/reset`,
      endpoint: client.reset,
      then: LICENSE_PAGE,
      says: 'license.wasReset',
    },
  ];
}
