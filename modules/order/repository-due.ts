import type { Knex } from 'knex';
import type { OrderStatus } from '#core/product';
import type { Order } from './contract.ts';
import { END_SCHEDULED, RENEWAL_HELD } from './meta.ts';
import { toOrder, type Row } from './row.ts';

/** Orders whose time has come, in pieces: each call goes on where the last one stopped. */

/** Where a walk by time stopped. */
export interface Place {
  readonly time: Date;
  readonly id: number;
}

/** Active orders that issue invoices and end before a time; not those that are to end. */
export const expiring = (query: Knex.QueryBuilder, until: Date): Knex.QueryBuilder =>
  query
    .where({ status: 'active', invoice_option: 'issue-invoice' })
    .whereNotNull('period')
    .where('expires_at', '<', until)
    .whereNotExists((ending) => {
      void ending
        .select('meta.id')
        .from({ meta: 'client_order_meta' })
        .whereIn('meta.name', [END_SCHEDULED, RENEWAL_HELD])
        .where({ 'meta.value': '1' })
        .whereRaw('?? = ??', ['meta.client_order_id', 'client_order.id']);
    });

export async function listToRenew(
  db: Knex,
  selection: { until: Date; afterId: number; limit: number; clientId?: number | undefined },
): Promise<Order[]> {
  const { until, afterId, limit, clientId } = selection;
  const query = expiring(db('client_order').where('id', '>', afterId), until);
  if (clientId !== undefined) void query.where({ client_id: clientId });
  return ((await query.orderBy('id').limit(limit).select('client_order.*')) as Row[]).map(toOrder);
}

/** Active ones that have ended by `until`, the earliest end first. */
export const listEnded = (db: Knex, until: Date, after: Place | undefined, limit: number): Promise<Order[]> =>
  listByTime(db, { status: 'active', column: 'expires_at', after, limit }, (query) =>
    query.where('expires_at', '<=', until),
  );

/** Suspended ones that were so before a time, the longest first. */
export const listSuspendedBefore = (db: Knex, time: Date, after: Place | undefined, limit: number): Promise<Order[]> =>
  listByTime(db, { status: 'suspended', column: 'suspended_at', after, limit }, (query) =>
    query.where('suspended_at', '<', time),
  );

interface Walk {
  readonly status: OrderStatus;
  readonly column: 'expires_at' | 'suspended_at';
  readonly after: Place | undefined;
  readonly limit: number;
}

async function listByTime(
  db: Knex,
  { status, column, after, limit }: Walk,
  narrow: (query: Knex.QueryBuilder) => Knex.QueryBuilder,
): Promise<Order[]> {
  const query = narrow(db('client_order').where({ status }));
  if (after !== undefined) {
    void query.where((later) => {
      void later
        .where(column, '>', after.time)
        .orWhere((same) => void same.where(column, after.time).where('id', '>', after.id));
    });
  }
  const rows = (await query.orderBy([{ column }, { column: 'id' }]).limit(limit)) as Row[];
  return rows.map(toOrder);
}

export async function listOfStatus(db: Knex, status: OrderStatus, afterId: number, limit: number): Promise<Order[]> {
  const rows = await db<Row>('client_order').where({ status }).where('id', '>', afterId).orderBy('id').limit(limit);
  return rows.map(toOrder);
}
