import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { App } from '#core/app';
import { openShop, TOKEN, type Shop } from './stage.ts';

/** What one list costs at one size. */
export interface ListFigures {
  readonly list: string;
  readonly total: number;
  readonly queries: number;
  /** Page 1, the middle and the end: milliseconds. */
  readonly p50: readonly number[];
  readonly p99: readonly number[];
}

const PER_PAGE = 100;

/** Every call that ends in `get_list`, of every role, by HTTP. */
export async function measureLists(shop: Shop, rounds: number): Promise<ListFigures[]> {
  const app = openShop(shop);
  await app.catalog.refresh();
  app.server.listen(0, '127.0.0.1');
  await once(app.server, 'listening');
  const clientToken = await busiestClient(app);
  const figures: ListFigures[] = [];
  for (const list of listsOf(app)) {
    const params = await paramsOf(app, list);
    const ask = (page: number) => call(app, list, { ...params, page, per_page: PER_PAGE }, clientToken);
    const first = await ask(1);
    if (first.error !== undefined) {
      console.error(`${list} was left out: ${first.error}`);
      continue;
    }
    const pages = [1, Math.max(1, Math.round(first.pages / 2)), Math.max(1, first.pages)];
    const times: number[][] = pages.map(() => []);
    const queries: number[] = [];
    for (let round = -5; round < rounds; round++) {
      for (const [index, page] of pages.entries()) {
        const answer = await ask(page);
        if (round < 0) continue;
        times[index]?.push(answer.ms);
        queries.push(answer.queries);
      }
    }
    const p50 = times.map((all) => percentile(all, 0.5));
    figures.push({ list, total: first.total, queries: percentile(queries, 0.5), p50, p99: times.map((all) => percentile(all, 0.99)) }); // prettier-ignore
  }
  app.server.closeAllConnections();
  app.server.close();
  await app.close();
  return figures;
}

const listsOf = (app: App): string[] =>
  app.catalog.active().flatMap(({ module, contributions: { api } }) =>
    (['guest', 'client', 'admin'] as const).flatMap((role) =>
      Object.keys(api?.[role] ?? {})
        .filter((method) => method.endsWith('get_list'))
        .map((method) => `${role}/${api?.as ?? module.name}/${method}`),
    ),
  );

/** Lists of something that belongs to one order, promo or client. */
async function paramsOf(app: App, list: string): Promise<object> {
  const { knex } = app.database;
  const last = async (table: string): Promise<number> =>
    Number((await knex(table).max({ id: 'id' }).first())?.['id'] ?? 1);
  if (/order\/status_history/.test(list)) return { id: await last('client_order') };
  if (/promo_redemption/.test(list)) return { id: 1, promo_id: 1 };
  if (/staff\/|template_group/.test(list)) return { id: 1 };
  return {};
}

/** The API token of whoever has the most invoices. */
async function busiestClient(app: App): Promise<string> {
  const row = (await app.database
    .knex('invoice')
    .join('client', 'client.id', 'invoice.client_id')
    .where('client.status', 'active')
    .groupBy('client_id')
    .orderByRaw('count(*) desc')
    .first('client_id')) as { client_id: number } | undefined;
  const { result } = await post(app, 'admin/profile/api_key_reset', { id: row?.client_id ?? 1 }, `admin:${TOKEN}`);
  return String(result);
}

interface Answer {
  readonly ms: number;
  readonly queries: number;
  readonly total: number;
  readonly pages: number;
  readonly error: string | undefined;
}

async function call(app: App, list: string, params: object, clientToken: string): Promise<Answer> {
  const role = list.split('/')[0];
  const credentials = role === 'admin' ? `admin:${TOKEN}` : role === 'client' ? `client:${clientToken}` : undefined;
  let queries = 0;
  // Who is calling is looked up besides.
  const count = ({ sql }: { sql: string }): void => void (/admin_group_member|api_token_hash/.test(sql) || queries++);
  app.database.knex.on('query', count);
  const since = performance.now();
  const { result, error } = await post(app, list, params, credentials);
  const ms = performance.now() - since;
  app.database.knex.removeListener('query', count);
  const { total = 0, pages = 1 } = (result ?? {}) as { total?: number; pages?: number };
  return { ms, queries, total, pages, error: error?.message };
}

export async function post(app: App, path: string, params: object, credentials: string | undefined) {
  const { port } = app.server.address() as AddressInfo; // it listens on a port
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (credentials !== undefined) headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const answer = await fetch(`http://127.0.0.1:${port}/api/${path}`, { method: 'POST', headers, body: JSON.stringify(params) }); // prettier-ignore
  return (await answer.json()) as { result: unknown; error: { message: string } | null };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}
