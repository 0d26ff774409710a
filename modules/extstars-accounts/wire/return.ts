import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { notFound } from '#core/error';
import type { Dialect, HttpReply } from '#core/http/dialect';
import type { Mount } from '#core/module';
import type { Callbacks } from '../callback/service.ts';
import type { Orders } from '../order/service.ts';

/** Where the buyer's browser goes on to, or the words it is thanked with. */
class Arrival {
  readonly url: string | undefined;
  readonly isPaid: boolean;
  readonly orderId: number;
  readonly isTest: boolean;
  constructor(url: string | undefined, order: { isPaid: boolean; orderId: number; isTest: boolean }) {
    this.url = url;
    this.isPaid = order.isPaid;
    this.orderId = order.orderId;
    this.isTest = order.isTest;
  }
}

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
};

/** No name and no link of the buyer's is on it, so there is nothing to escape. */
const pageOf = ({ isPaid, orderId, isTest }: Arrival): string =>
  `<!doctype html><html lang="zh"><meta charset="utf-8"><title>${isTest ? 'TEST ' : ''}#${orderId}</title><p>${
    isPaid ? '感谢您的支持！ Thank you!' : '尚未收到付款。 The payment is not confirmed yet.'
  }</p><p>${isTest ? 'TEST ' : ''}#${orderId}</p></html>`;

const answer = (status: number, body: string): HttpReply => ({ status, headers: HEADERS, body: Buffer.from(body) });

const dialect: Dialect = {
  name: 'extstars-return',
  envelope: () => Type.Unknown(),
  credentials: () => ({ scheme: 'none' }),
  read: ({ params }) => params ?? {},
  write(_request, result) {
    if (!(result instanceof Arrival)) throw new TypeError('The return page answers with an Arrival.');
    if (result.url === undefined) return answer(200, pageOf(result));
    return {
      status: 302,
      headers: { location: result.url, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
      body: Buffer.alloc(0),
    };
  },
  fail: (_request, { kind }) => answer(kind === 'not_found' ? 404 : 500, '<!doctype html><p>404</p>'),
};

/** Where gateways send the buyer's browser after a payment (spec 5.2). It proves nothing and changes nothing. */
export const returnMount = ({ orders, callbacks }: { orders: Orders; callbacks: Callbacks }): Mount => ({
  dialect,
  at: '/extstars',
  pace: {
    ofAddress: async () => ({ name: 'extstars-accounts.return', calls: 60, seconds: 60 }),
    ofCaller: async () => undefined,
  },
  routes: {
    'GET /return/:order/:proof': guestEndpoint({
      summary: 'Where the browser of a buyer comes back to.',
      input: Type.Object({ order: Type.String(), proof: Type.String() }),
      output: Type.Unsafe<Arrival>({}),
      handle: async (ctx, { order: number, proof }) => {
        const order = await orders.findReturned(ctx, /^\d{1,10}$/.test(number) ? Number(number) : 0, proof);
        if (order === undefined) throw notFound('extstars.unknown_order', 'Order not found');
        const { id: orderId, isTest, status } = order;
        return new Arrival(await callbacks.redirectUrl(ctx, order), { isPaid: status === 'paid', orderId, isTest });
      },
    }),
  },
});
