import type { Knex } from 'knex';
import { tallyOf } from '#core/db/tally';
import type { OrderStatus } from '#core/product';
import type { Span } from '#core/report';

/** What reports and other modules count of orders. */

export const tally = tallyOf('client_order');

type Counted<K> = readonly { readonly counted: K; readonly total: number | string }[];

const toMap = <K>(rows: Counted<K>): ReadonlyMap<K, number> =>
  new Map(rows.map(({ counted, total }) => [counted, Number(total)]));

/** By status, of these only. */
export async function countOf(db: Knex, statuses: readonly OrderStatus[]): Promise<ReadonlyMap<OrderStatus, number>> {
  const rows = await db('client_order')
    .whereIn('status', statuses)
    .groupBy('status')
    .select({ counted: 'status' })
    .count({ total: '*' });
  return toMap(rows as unknown as Counted<OrderStatus>);
}

/** By product id, most first. */
export async function countActiveByProduct(db: Knex): Promise<ReadonlyMap<number, number>> {
  const rows = await db('client_order')
    .where({ status: 'active' })
    .groupBy('product_id')
    .select({ counted: 'product_id' })
    .count({ total: '*' })
    .orderBy([{ column: 'total', order: 'desc' }, { column: 'counted' }]);
  return toMap(rows as unknown as Counted<number>);
}

/** By title, most first. */
export async function countByTitle(db: Knex, { from, until }: Span): Promise<ReadonlyMap<string, number>> {
  const rows = await db('client_order')
    .where('created_at', '>=', from)
    .where('created_at', '<', until)
    .groupBy('title')
    .select({ counted: 'title' })
    .count({ total: '*' })
    .orderBy([{ column: 'total', order: 'desc' }, { column: 'counted' }]);
  return toMap(rows as unknown as Counted<string>);
}

/** By the id of the form they were made with. */
export async function countByForm(db: Knex, formIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await db('client_order')
    .whereIn('form_id', formIds)
    .groupBy('form_id')
    .select({ counted: 'form_id' })
    .count({ total: '*' });
  return toMap(rows as unknown as Counted<number>);
}
