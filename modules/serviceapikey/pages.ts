import { Type, type Static } from '@sinclair/typebox';
import { adminEndpoint, clientEndpoint } from '#core/endpoint';
import { notFound } from '#core/error';
import { Anything, DateTime, Id, MapOf, Or, required, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import type { Context } from '#core/context';
import type { Order, OrderService } from '#modules/order/contract';
import type { adminApi } from './api/admin.ts';
import type { clientApi } from './api/client.ts';
import { customParameters } from './generate.ts';
import { fromLines, toLines } from './lines.ts';
import type { ApiKeys } from './service.ts';

const OneKey = Type.Object({ order_id: Id });

const KeyPage = Type.Object({
  order_id: Type.Integer(),
  title: Type.String(),
  status: Type.String(),
  expires_at: Or(DateTime),
  api_key: Or(Type.String()),
  parameters: MapOf(Anything()),
});
const KeyAdminPage = Type.Object({ ...KeyPage.properties, client_id: Type.Integer(), lines: Type.String() });

interface Parts {
  readonly keys: ApiKeys;
  readonly orders: OrderService;
  readonly client: ReturnType<typeof clientApi>;
  readonly admin: ReturnType<typeof adminApi>;
}

/** The key of one order: for its owner, and for staff. */
export function keyPages({ keys, orders, client, admin }: Parts): readonly Page[] {
  const own = clientEndpoint({
    summary: 'The key of an own order.',
    input: OneKey,
    output: KeyPage,
    handle: async (ctx, { order_id }) =>
      presentOwn(await keyOf(ctx, await orders.findOwn(ctx, order_id, ctx.actor.id))),
  });
  const any = adminEndpoint({
    summary: 'The key of an order.',
    permission: 'manage',
    input: OneKey,
    output: KeyAdminPage,
    handle: async (ctx, { order_id }) => presentAny(await keyOf(ctx, await orders.find(ctx, order_id))),
  });
  const configure = adminEndpoint({
    summary: "Replace the configuration of an order's key.",
    permission: 'manage',
    input: Type.Object({ order_id: Id, lines: required('The configuration must not be empty.', Text()) }),
    output: Type.Literal(true),
    handle: async (ctx, { order_id, lines }) => {
      await keys.configure(ctx, order_id, fromLines(lines), undefined);
      return true as const;
    },
  });

  async function keyOf(ctx: Context, order: Order | undefined): Promise<Key> {
    const shown = order && (await keys.show(ctx, order));
    if (order === undefined || shown === undefined) throw notFound('order.unknown', 'Order not found');
    return { order, key: shown['api_key'] as string | null, config: shown['config'] as Key['config'] };
  }

  const [path, adminPath] = ['/apikeys/:order_id', '/admin/apikeys/:order_id'];
  return [
    { role: 'client', route: `GET ${path}`, endpoint: own, view: 'client/manage' },
    { role: 'client', route: `POST ${path}/reset`, endpoint: client.reset, then: path },
    { role: 'admin', route: `GET ${path}`, endpoint: any, view: 'admin/manage' },
    { role: 'admin', route: `POST ${path}`, endpoint: configure, then: adminPath },
    { role: 'admin', route: `POST ${path}/reset`, endpoint: admin.reset, then: adminPath },
  ];
}

interface Key {
  readonly order: Order;
  readonly key: string | null;
  readonly config: Readonly<Record<string, unknown>>;
}

/** As the API does, a client is shown the key only while the order is active. */
const presentOwn = ({ order, key, config }: Key): Static<typeof KeyPage> => ({
  ...presentOrder(order),
  api_key: order.status === 'active' ? key : null,
  parameters: customParameters(config),
});

const presentAny = ({ order, key, config }: Key): Static<typeof KeyAdminPage> => ({
  ...presentOrder(order),
  client_id: order.clientId,
  api_key: key,
  parameters: config,
  lines: toLines(config),
});

const presentOrder = ({ id, title, status, expiresAt }: Order) => ({
  order_id: id,
  title,
  status,
  expires_at: expiresAt ?? null,
});
