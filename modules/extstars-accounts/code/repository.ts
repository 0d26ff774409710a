import type { Knex } from 'knex';
import { insertMany } from '#core/db/bulk';
import { latestFirst, paginateFar, type Page, type PageRequest } from '#core/db/paginate';
import type { OrderRef, OrderStatus } from '#core/product';
import { toCode, type Code, type Row } from './row.ts';
import { standingOf, type Standing } from './standing.ts';

const TABLE = 'service_extstars';

export async function findByHash(db: Knex, appId: number, hash: string): Promise<Code | undefined> {
  const row = await db<Row>(TABLE).where({ code_hash: hash, app_id: appId }).first();
  return row && toCode(row);
}

export async function find(db: Knex, id: number): Promise<Code | undefined> {
  const row = await db<Row>(TABLE).where({ id }).first();
  return row && toCode(row);
}

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Code | undefined> {
  const row = await db<Row>(TABLE).where({ id }).forUpdate().first();
  return row && toCode(row);
}

export async function findByOrder(db: Knex, orderId: number): Promise<Code | undefined> {
  const row = await db<Row>(TABLE).where({ order_id: orderId }).first();
  return row && toCode(row);
}

export const listByOrders = async (db: Knex, orderIds: readonly number[]): Promise<Code[]> =>
  orderIds.length === 0
    ? []
    : (
        await db<Row>(TABLE)
          .whereIn('order_id', [...orderIds])
          .orderBy('id')
      ).map(toCode);

/** Hashes that are taken, of those given. */
export async function takenAmong(db: Knex, hashes: readonly string[]): Promise<ReadonlySet<string>> {
  const rows = (await db(TABLE)
    .whereIn('code_hash', [...hashes])
    .select('code_hash')) as { code_hash: string }[];
  return new Set(rows.map((row) => row.code_hash));
}

export interface NewCode {
  readonly appId: number;
  readonly order?: OrderRef | undefined;
  readonly clientId?: number | undefined;
  readonly sealed: string;
  readonly hash: string;
  readonly destination: string;
  readonly maxActivations: number;
  readonly allowsDeactivate?: boolean | undefined;
  readonly pendingPeriod?: string | undefined;
  readonly startsAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly batch?: string | undefined;
  readonly note?: string | undefined;
}

/** Rejects with a unique violation when a code is taken. */
export const insertAll = (db: Knex.Transaction, codes: readonly NewCode[], now: Date): Promise<void> =>
  insertMany(
    db,
    TABLE,
    codes.map((code) => columnsOf(code, now)),
  );

export async function insert(db: Knex.Transaction, code: NewCode, now: Date): Promise<number> {
  const [id] = await db(TABLE).insert(columnsOf(code, now));
  return Number(id);
}

const columnsOf = (code: NewCode, now: Date) => ({
  app_id: code.appId,
  order_id: code.order?.id ?? null,
  client_id: code.clientId ?? null,
  code: code.sealed,
  code_hash: code.hash,
  destination: code.destination,
  max_activations: code.maxActivations,
  allow_deactivate: code.allowsDeactivate ?? null,
  pending_period: code.pendingPeriod ?? null,
  starts_at: code.startsAt ?? null,
  expires_at: code.expiresAt ?? null,
  expiry_untold: code.expiresAt ?? null,
  status: 'active',
  order_status: code.order?.status ?? null,
  standing: standingOf({ status: 'active', orderStatus: code.order?.status, orderRemovedAt: undefined }),
  batch: code.batch ?? null,
  note: code.note ?? null,
  created_at: now,
  updated_at: now,
});

export interface CodeChange {
  readonly orderId?: number | null;
  readonly destination?: string;
  readonly maxActivations?: number;
  readonly allowsDeactivate?: boolean | null;
  readonly pendingPeriod?: string | null;
  readonly startsAt?: Date | null;
  readonly expiresAt?: Date | null;
  readonly status?: Standing;
  readonly orderStatus?: OrderStatus;
  readonly orderRemovedAt?: Date | null;
  readonly note?: string;
}

/** Changes a code its caller has locked, and what its activations tell of it. */
export async function update(db: Knex.Transaction, code: Code, change: CodeChange, now: Date): Promise<void> {
  const after = {
    status: change.status ?? code.status,
    orderStatus: change.orderStatus ?? code.orderStatus,
    orderRemovedAt: change.orderRemovedAt === undefined ? code.orderRemovedAt : (change.orderRemovedAt ?? undefined),
    startsAt: change.startsAt === undefined ? code.startsAt : (change.startsAt ?? undefined),
    expiresAt: change.expiresAt === undefined ? code.expiresAt : (change.expiresAt ?? undefined),
  };
  const standing = standingOf(after);
  const window = { standing, starts_at: after.startsAt ?? null, expires_at: after.expiresAt ?? null };
  await db(TABLE)
    .where({ id: code.id })
    .update({
      ...window,
      ...(change.expiresAt !== undefined && { expiry_untold: change.expiresAt }),
      status: after.status,
      order_status: after.orderStatus ?? null,
      order_removed_at: after.orderRemovedAt ?? null,
      ...(change.orderId !== undefined && { order_id: change.orderId }),
      ...(change.destination !== undefined && { destination: change.destination }),
      ...(change.maxActivations !== undefined && { max_activations: change.maxActivations }),
      ...(change.allowsDeactivate !== undefined && { allow_deactivate: change.allowsDeactivate }),
      ...(change.pendingPeriod !== undefined && { pending_period: change.pendingPeriod }),
      ...(change.note !== undefined && { note: change.note }),
      updated_at: now,
    });
  const isSame =
    standing === code.standing &&
    after.startsAt?.getTime() === code.startsAt?.getTime() &&
    after.expiresAt?.getTime() === code.expiresAt?.getTime();
  if (!isSame) await db('extstars_activation').where({ code_id: code.id, live: 1 }).update(window);
}

export const listIdsOfClient = async (db: Knex, clientId: number): Promise<number[]> =>
  ((await db(TABLE).where({ client_id: clientId }).orderBy('id').select('id')) as { id: number }[]).map(({ id }) =>
    Number(id),
  );

export interface CodeFilter {
  readonly appId?: number | undefined;
  readonly clientId?: number | undefined;
  readonly orderId?: number | undefined;
  readonly standing?: string | undefined;
  readonly destination?: string | undefined;
  readonly batch?: string | undefined;
  readonly hash?: string | undefined;
}

export function list(db: Knex, filter: CodeFilter, request: PageRequest): Promise<Page<Code>> {
  return paginateFar<Row, Code>(
    narrowed(db(TABLE), filter),
    latestFirst('id', filter),
    request,
    (keys) => db(TABLE).whereIn('id', [...keys]),
    toCode,
  );
}

function narrowed(query: Knex.QueryBuilder, filter: CodeFilter): Knex.QueryBuilder {
  const { appId, clientId, orderId, standing, destination, batch, hash } = filter;
  const wanted = {
    app_id: appId, client_id: clientId, order_id: orderId, standing, destination, batch, code_hash: hash,
  }; // prettier-ignore
  return query.where(Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined)));
}

/** In the order of their ids, for exports and the doctor. */
export const listAfter = async (db: Knex, filter: CodeFilter, id: number, limit: number): Promise<Code[]> =>
  ((await narrowed(db(TABLE), filter).where('id', '>', id).orderBy('id').limit(limit)) as Row[]).map(toCode);
