import { once } from 'node:events';
import { openShop, TOKEN, type Shop } from './stage.ts';
import { percentile, post } from './sale-lists.ts';

export interface SaleFigures {
  readonly what: string;
  readonly p50: number;
  readonly p99: number;
  readonly queries: number;
}

/** A checkout of one product and the payment of its invoice, one after the other. */
export async function measureSale(shop: Shop, rounds: number): Promise<SaleFigures[]> {
  const app = openShop(shop);
  await app.catalog.refresh();
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const { knex } = app.database;
  const buyers = (await knex('client').where({ status: 'active', currency: 'USD' }).orderBy('id').limit(20).select('id')) as { id: number }[]; // prettier-ignore
  const product = (await knex('product')
    .join('product_payment', 'product_payment.id', 'product.product_payment_id')
    .where({ 'product_payment.type': 'once', 'product.type': 'license', 'product.status': 'enabled' })
    .first('product.id')) as { id: number };
  const url = `http://127.0.0.1:${(app.server.address() as { port: number }).port}/api`;
  const times: Record<'add to cart' | 'checkout' | 'mark as paid', number[]> = { 'add to cart': [], checkout: [], 'mark as paid': [] }; // prettier-ignore
  const queries = { 'add to cart': 0, checkout: 0, 'mark as paid': 0 };
  const timed = async <T>(what: keyof typeof times, isWarm: boolean, work: () => Promise<T>): Promise<T> => {
    let count = 0;
    const tally = (): void => void count++;
    knex.on('query', tally);
    const since = performance.now();
    const result = await work();
    if (isWarm) times[what].push(performance.now() - since);
    knex.removeListener('query', tally);
    queries[what] = count;
    return result;
  };
  for (const [index, { id }] of buyers.entries()) {
    const token = String((await post(app, 'admin/profile/api_key_reset', { id }, `admin:${TOKEN}`)).result);
    for (let round = 0; round < Math.ceil(rounds / buyers.length); round++) {
      let cookie = '';
      const send = async (path: string, params: object): Promise<unknown> => {
        const headers: Record<string, string> = { 'content-type': 'application/json', cookie };
        if (path.startsWith('client/')) headers['authorization'] = `Basic ${Buffer.from(`client:${token}`).toString('base64')}`; // prettier-ignore
        const answer = await fetch(`${url}/${path}`, { method: 'POST', headers, body: JSON.stringify(params) });
        for (const set of answer.headers.getSetCookie()) cookie = `${cookie}; ${set.split(';', 1)[0] ?? ''}`;
        const { result, error } = (await answer.json()) as { result: unknown; error: { message: string } | null };
        if (error !== null) throw new Error(`${path}: ${error.message}`);
        return result;
      };
      const isWarm = index > 0;
      await timed('add to cart', isWarm, () => send('guest/cart/add_item', { id: product.id }));
      await timed('checkout', isWarm, () => send('client/cart/checkout', {}));
      const invoice = (await knex('invoice').where({ client_id: id }).orderBy('id', 'desc').first('id')) as {
        id: number;
      };
      const paid = { id: invoice.id, gateway_id: 1, transactionId: `BENCH-${invoice.id}`, execute: 1 };
      await timed('mark as paid', isWarm, async () => {
        const { error } = await post(app, 'admin/invoice/mark_as_paid', paid, `admin:${TOKEN}`);
        if (error !== null) throw new Error(error.message);
      });
    }
  }
  app.server.closeAllConnections();
  app.server.close();
  await app.close();
  return (Object.keys(times) as (keyof typeof times)[]).map((what) => ({
    what,
    p50: percentile(times[what], 0.5),
    p99: percentile(times[what], 0.99),
    queries: queries[what],
  }));
}
