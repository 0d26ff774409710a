import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { guestEndpoint } from '#core/endpoint';
import { Anything, DateTime, Or } from '#core/schema';
import type { App, Apps } from '../app/service.ts';
import { textOf, wholeOf } from '../body.ts';
import { APP_HEADER, Headers } from '../dialect.ts';
import { sumText } from '../order/amount.ts';
import type { Orders } from '../order/service.ts';
import { Envelope, refuse, succeed, type Reply } from '../reply.ts';

export const OrderData = Type.Object({
  id: Type.Integer(),
  app_id: Type.Integer(),
  amount: Type.String(),
  money: Type.String(),
  is_paid: Type.Integer({ minimum: 0, maximum: 1 }),
  created_at: DateTime,
  app_donation_id: Or(Type.Integer()),
});

export const Asked = { order_id: Type.Optional(Anything()), order_check_token: Type.Optional(Anything()) };

interface Needs {
  readonly apps: Apps;
  readonly checkOrder: CheckOrder;
}

export type CheckOrder = ReturnType<typeof createOrderCheck>;

/** How an order stands, for whoever has its token (spec 4.7). */
export const createOrderCheck =
  (orders: Orders) =>
  async (
    ctx: Context,
    app: App | undefined,
    sent: { readonly order_id?: unknown; readonly order_check_token?: unknown },
  ): Promise<Reply> => {
    const [given, token] = [textOf(sent.order_id), textOf(sent.order_check_token)];
    if (given === '' || token === '') return refuse(102, 'incomplete', app);
    const found = await orders.check(ctx, app, wholeOf(given) ?? 0, token);
    if (found === undefined) return refuse(102, 'unknown_order', app);
    const { order, donationId } = found;
    return succeed(
      {
        id: order.id,
        app_id: order.appId,
        amount: order.kind === 'codes' ? String(order.quantity) : sumText(order.money),
        money: sumText(order.money),
        is_paid: order.status === 'paid' ? 1 : 0,
        created_at: order.createdAt,
        app_donation_id: donationId ?? null,
      },
      app,
    );
  };

export const orderCheckEndpoints = ({ apps, checkOrder }: Needs) => ({
  checkOrder: guestEndpoint({
    summary: 'State of an order.',
    input: Type.Object({ ...Headers, ...Asked }),
    output: Envelope(OrderData, [101, 102]),
    handle: async (ctx, input) => {
      const app = await apps.recent(ctx, input[APP_HEADER]);
      return app === undefined ? refuse(101, 'unknown_app') : checkOrder(ctx, app, input);
    },
  }),
  /** A plain address needs no header: the order knows its app. */
  checkByAddress: guestEndpoint({
    summary: 'State of an order, by its address alone.',
    input: Type.Object({ ...Headers, ...Asked }),
    output: Envelope(OrderData, [101, 102]),
    handle: async (ctx, input) => {
      const app = await apps.recent(ctx, input[APP_HEADER]);
      return input[APP_HEADER] !== undefined && app === undefined
        ? refuse(101, 'unknown_app')
        : checkOrder(ctx, app, input);
    },
  }),
});
