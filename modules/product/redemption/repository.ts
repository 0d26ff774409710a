import type { Knex } from 'knex';
import { toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import { paginate, type Page, type PageRequest } from '#core/db/paginate';
import { money, type Money } from '#core/money';
import type { NewRedemption, RedemptionOwner, RedemptionPhase, RedemptionStatus } from '../contract.ts';

export interface Redemption {
  readonly id: number;
  readonly promoId: number;
  readonly clientId: number | undefined;
  readonly orderId: number | undefined;
  readonly invoiceId: number | undefined;
  readonly phase: RedemptionPhase;
  readonly status: RedemptionStatus;
  readonly discount: Money;
  readonly committedAt: Date | undefined;
  readonly releasedAt: Date | undefined;
  readonly releaseReason: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface RedemptionFilter {
  readonly promoId: number;
  readonly clientId?: number | undefined;
  readonly orderId?: number | undefined;
  readonly phase?: string | undefined;
  readonly status?: string | undefined;
}

/** How often a promo was applied, by what became of it. */
export interface Usage {
  readonly counts: readonly { readonly phase: string; readonly status: string; readonly count: number }[];
  readonly clients: number;
  readonly orders: number;
}

interface Row {
  id: number;
  promo_id: number;
  client_id: number | null;
  client_order_id: number | null;
  invoice_id: number | null;
  phase: RedemptionPhase;
  status: RedemptionStatus;
  discount_amount: number;
  currency: string;
  committed_at: StoredDate | null;
  released_at: StoredDate | null;
  release_reason: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export async function insert(db: Knex.Transaction, redemption: NewRedemption, now: Date): Promise<number> {
  const [id] = await db('promo_redemption').insert({
    promo_id: redemption.promoId,
    client_id: redemption.clientId,
    client_order_id: redemption.orderId,
    invoice_id: redemption.invoiceId ?? null,
    phase: redemption.phase,
    status: redemption.status,
    discount_amount: redemption.discount.amount,
    currency: redemption.discount.currency,
    committed_at: redemption.status === 'committed' ? now : null,
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

export function listPage(db: Knex, filter: RedemptionFilter, page: PageRequest): Promise<Page<Redemption>> {
  const query: Knex.QueryBuilder = db('promo_redemption').where({ promo_id: filter.promoId });
  if (filter.clientId !== undefined) void query.where({ client_id: filter.clientId });
  if (filter.orderId !== undefined) void query.where({ client_order_id: filter.orderId });
  if (filter.phase !== undefined) void query.where({ phase: filter.phase });
  if (filter.status !== undefined) void query.where({ status: filter.status });
  return paginate<Row, Redemption>(query, page, (rows) => rows.orderBy('id', 'desc'), toRedemption);
}

/** How many there are of each promo, whatever their status. */
export async function countByPromo(db: Knex, promoIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (promoIds.length === 0) return new Map();
  const rows = (await db('promo_redemption')
    .whereIn('promo_id', promoIds)
    .groupBy('promo_id')
    .select('promo_id')
    .count({ count: '*' })) as { promo_id: number; count: number | string }[];
  return new Map(rows.map((row) => [row.promo_id, Number(row.count)]));
}

export async function usageOf(db: Knex, promoId: number): Promise<Usage> {
  const counts = (await db('promo_redemption')
    .where({ promo_id: promoId })
    .groupBy('phase', 'status')
    .select('phase', 'status')
    .count({ count: '*' })) as { phase: string; status: string; count: number | string }[];
  const distinct = await db('promo_redemption')
    .where({ promo_id: promoId })
    .countDistinct({ clients: 'client_id' })
    .countDistinct({ orders: 'client_order_id' })
    .first();
  return {
    counts: counts.map((row) => ({ ...row, count: Number(row.count) })),
    clients: Number(distinct?.['clients'] ?? 0),
    orders: Number(distinct?.['orders'] ?? 0),
  };
}

export async function existsForClient(db: Knex, promoId: number, clientId: number): Promise<boolean> {
  const row = await db<Row>('promo_redemption')
    .where({ promo_id: promoId, client_id: clientId, phase: 'checkout' })
    .whereIn('status', ['reserved', 'committed'])
    .first('id');
  return row !== undefined;
}

export async function existsForPromo(db: Knex, promoId: number): Promise<boolean> {
  return (await db<Row>('promo_redemption').where({ promo_id: promoId }).first('id')) !== undefined;
}

export async function commit(db: Knex.Transaction, invoiceId: number, paidAt: Date, now: Date): Promise<void> {
  await db('promo_redemption')
    .where({ invoice_id: invoiceId, status: 'reserved' })
    .update({ status: 'committed', committed_at: paidAt, updated_at: now });
}

/** Releases what this owner has reserved and says which. */
export async function release(
  db: Knex.Transaction,
  owner: RedemptionOwner,
  reason: string,
  now: Date,
): Promise<Redemption[]> {
  const rows = await db<Row>('promo_redemption')
    .where({ ...ownedBy(owner), status: 'reserved' })
    .orderBy('id')
    .forUpdate();
  const change = { status: 'released', released_at: now, release_reason: reason, updated_at: now };
  if (rows.length > 0)
    await db('promo_redemption')
      .where({ ...ownedBy(owner), status: 'reserved' })
      .update(change);
  return rows.map(toRedemption);
}

function ownedBy(owner: RedemptionOwner): Partial<Row> {
  if ('invoiceId' in owner) return { invoice_id: owner.invoiceId };
  return 'orderId' in owner ? { client_order_id: owner.orderId } : { client_id: owner.clientId };
}

const toRedemption = (row: Row): Redemption => ({
  id: row.id,
  promoId: row.promo_id,
  clientId: row.client_id ?? undefined,
  orderId: row.client_order_id ?? undefined,
  invoiceId: row.invoice_id ?? undefined,
  phase: row.phase,
  status: row.status,
  discount: money(row.discount_amount, row.currency),
  committedAt: toOptionalDate(row.committed_at),
  releasedAt: toOptionalDate(row.released_at),
  releaseReason: row.release_reason ?? undefined,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
