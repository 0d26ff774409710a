import type { Knex } from 'knex';
import { toBoolean, toDate, toList, toOptionalDate, type StoredDate } from '#core/db/columns';
import { paginate, whereContains, type Page } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';
import type { Promo } from '../contract.ts';

interface Row {
  id: number;
  code: string;
  description: string | null;
  type: string;
  value_hundredths: number;
  maxuses: number;
  used: number;
  freesetup: unknown;
  once_per_client: unknown;
  recurring: unknown;
  active: unknown;
  products: string | null;
  periods: string | null;
  client_groups: string | null;
  start_at: StoredDate | null;
  end_at: StoredDate | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export interface PromoFilter {
  readonly id?: number | undefined;
  readonly search?: string | undefined;
  readonly status?: string | undefined;
}

/** Absent: unchanged. A null date is no limit. */
export interface PromoFields {
  readonly code?: string | undefined;
  readonly description?: string | undefined;
  readonly type?: string | undefined;
  readonly valueHundredths?: number | undefined;
  readonly maxUses?: number | undefined;
  readonly used?: number | undefined;
  readonly hasFreeSetup?: boolean | undefined;
  readonly isOncePerClient?: boolean | undefined;
  readonly isRecurring?: boolean | undefined;
  readonly isActive?: boolean | undefined;
  readonly products?: readonly unknown[] | undefined;
  readonly periods?: readonly unknown[] | undefined;
  readonly clientGroups?: readonly unknown[] | undefined;
  readonly startsAt?: Date | null | undefined;
  readonly endsAt?: Date | null | undefined;
}

export async function findById(db: Knex, id: number): Promise<Promo | undefined> {
  const row = await db<Row>('promo').where({ id }).first();
  return row && toPromo(row);
}

export async function listByIds(db: Knex, ids: readonly number[]): Promise<Promo[]> {
  return ids.length === 0 ? [] : (await db<Row>('promo').whereIn('id', ids)).map(toPromo);
}

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Promo | undefined> {
  const row = await db<Row>('promo').where({ id }).forUpdate().first();
  return row && toPromo(row);
}

export async function findActiveByCode(db: Knex, code: string): Promise<Promo | undefined> {
  const row = (await db('promo')
    .where({ code_key: keyOf(code), active: true })
    .first()) as Row | undefined;
  return row && toPromo(row);
}

export function listPage(db: Knex, filter: PromoFilter, now: Date, page: ListRequest): Promise<Page<Promo>> {
  const query: Knex.QueryBuilder = db('promo');
  if (filter.id !== undefined) void query.where({ id: filter.id });
  if (filter.search !== undefined) void whereContains(query, 'code', filter.search);
  if (filter.status === 'active') {
    void query.where({ active: true });
    void query.where((some) => void some.whereNull('start_at').orWhere('start_at', '<=', now));
    void query.where((some) => void some.whereNull('end_at').orWhere('end_at', '>=', now));
  }
  if (filter.status === 'not-started') void query.where('start_at', '>', now);
  if (filter.status === 'expired') void query.where('end_at', '<', now);
  const by = sortingBy(page.sort, SORTABLE)?.by ?? [{ column: 'id' }];
  return paginate<Row, Promo>(query, page, (rows) => rows.orderBy([...by]), toPromo);
}

const SORTABLE = { id: 'id', code: 'code', used: 'used', start_at: 'start_at', end_at: 'end_at' };

/** Rejects with a unique violation when the code is taken. */
export async function insert(
  db: Knex.Transaction,
  promo: PromoFields & Required<Pick<PromoFields, 'code' | 'type' | 'valueHundredths'>>,
  now: Date,
): Promise<number> {
  const offset = { used_offset: promo.used ?? 0 };
  const [id] = await db('promo').insert({ ...toColumns(promo), ...offset, created_at: now, updated_at: now });
  return Number(id);
}

/** Rejects with a unique violation when the code is taken. */
export async function setFields(db: Knex.Transaction, id: number, fields: PromoFields, now: Date): Promise<void> {
  await db('promo')
    .where({ id })
    .update({ ...toColumns(fields), updated_at: now });
  if (fields.used !== undefined) await keepOffset(db, id);
}

/** The counter is what staff say: what follows counts from there. */
const keepOffset = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db('promo')
    .where({ id })
    .update({ used_offset: db.raw('used - (?)', [standingUses(db).where({ promo_id: id })]) }));

/** Checkouts that were not taken back. */
const standingUses = (db: Knex): Knex.QueryBuilder =>
  db('promo_redemption').where({ phase: 'checkout' }).whereIn('status', ['reserved', 'committed']).count('*');

/** Promos whose counter is not what their redemptions and staff make it, for the doctor. */
export async function listMiscounted(
  db: Knex,
  limit: number,
): Promise<readonly { code: string; used: number; redeemed: number }[]> {
  const counted = standingUses(db).where('promo_id', db.ref('promo.id'));
  const rows = (await db('promo')
    .select('code', 'used', 'used_offset')
    .select(db.raw('(?) as redeemed', [counted]))
    .whereRaw('used <> used_offset + (?)', [standingUses(db).where('promo_id', db.ref('promo.id'))])
    .orderBy('id')
    .limit(limit)) as { code: string; used: number; redeemed: number | string }[];
  return rows.map(({ code, used, redeemed }) => ({ code, used, redeemed: Number(redeemed) }));
}

export async function remove(db: Knex.Transaction, id: number): Promise<void> {
  await db('promo').where({ id }).del();
}

/** Whether there was a use left. */
export async function takeUse(db: Knex.Transaction, id: number): Promise<boolean> {
  const changed = await db('promo')
    .where({ id })
    .where((left) => void left.where('maxuses', 0).orWhere('used', '<', db.ref('maxuses')))
    .increment('used', 1);
  return changed === 1;
}

/** Never below 0: staff may have set the counter. */
export async function giveBackUses(db: Knex.Transaction, id: number, count: number): Promise<void> {
  const changed = await db('promo').where({ id }).where('used', '>=', count).decrement('used', count);
  if (changed > 0) return;
  await db('promo').where({ id }).update({ used: 0 });
  await keepOffset(db, id);
}

/** No two codes differ by letter case alone. */
const keyOf = (code: string): string => code.trim().normalize('NFC').toLowerCase();

/** Only what is there. */
function toColumns(fields: PromoFields): Record<string, unknown> {
  const columns = {
    code: fields.code,
    code_key: fields.code === undefined ? undefined : keyOf(fields.code),
    description: fields.description,
    type: fields.type,
    value_hundredths: fields.valueHundredths,
    maxuses: fields.maxUses,
    used: fields.used,
    freesetup: fields.hasFreeSetup,
    once_per_client: fields.isOncePerClient,
    recurring: fields.isRecurring,
    active: fields.isActive,
    products: fields.products && JSON.stringify(fields.products),
    periods: fields.periods && JSON.stringify(fields.periods),
    client_groups: fields.clientGroups && JSON.stringify(fields.clientGroups),
    start_at: fields.startsAt,
    end_at: fields.endsAt,
  };
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined));
}

const toPromo = (row: Row): Promo => ({
  id: row.id,
  code: row.code,
  description: row.description ?? undefined,
  type: row.type,
  valueHundredths: row.value_hundredths,
  maxUses: row.maxuses,
  used: row.used,
  hasFreeSetup: toBoolean(row.freesetup),
  isOncePerClient: toBoolean(row.once_per_client),
  isRecurring: toBoolean(row.recurring),
  isActive: toBoolean(row.active),
  products: toList(row.products),
  periods: toList(row.periods),
  clientGroups: toList(row.client_groups),
  startsAt: toOptionalDate(row.start_at),
  endsAt: toOptionalDate(row.end_at),
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
