import type { Knex } from 'knex';
import { toBoolean } from '#core/db/columns';
import { paginate, whereContains, type Page } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';
import type { Rate } from '#core/money';
import type { Currency } from './contract.ts';
import { ONE, rateText } from './rate.ts';

export interface StoredCurrency extends Currency {
  /** Its rate is what staff set, whatever the provider says. */
  readonly isRateManual: boolean;
  readonly formatPattern: string | undefined;
  readonly fractionDigits: number | undefined;
}

/** What can be changed; absent members stay. */
export interface CurrencyChange {
  readonly rate?: Rate | undefined;
  readonly isRateManual?: boolean | undefined;
  readonly formatPattern?: string | null | undefined;
  readonly fractionDigits?: number | null | undefined;
}

interface Row {
  id: number;
  code: string;
  is_default: unknown;
  rate_numerator: string;
  rate_denominator: string;
  is_rate_manual: unknown;
  format_pattern: string | null;
  fraction_digits: number | null;
}

const rows = (db: Knex) => db<Row>('currency');

export async function find(db: Knex, code: string): Promise<StoredCurrency | undefined> {
  const row = await rows(db).where({ code: code.toUpperCase() }).first();
  return row && toCurrency(row);
}

export async function findForUpdate(db: Knex.Transaction, code: string): Promise<StoredCurrency | undefined> {
  const row = await rows(db).where({ code: code.toUpperCase() }).forUpdate().first();
  return row && toCurrency(row);
}

export async function findDefault(db: Knex): Promise<StoredCurrency | undefined> {
  const row = await rows(db).where({ is_default: true }).first();
  return row && toCurrency(row);
}

/** Until the transaction ends it stays the default; others may read it so at the same time. */
export async function findDefaultForShare(db: Knex.Transaction): Promise<StoredCurrency | undefined> {
  const row = await rows(db).where({ is_default: true }).forShare().first();
  return row && toCurrency(row);
}

export const listAll = async (db: Knex): Promise<StoredCurrency[]> =>
  (await rows(db).orderBy('code')).map((row) => toCurrency(row));

/** All of them, for who changes how they stand to each other. There are never many. */
export const listForUpdate = async (db: Knex.Transaction): Promise<StoredCurrency[]> =>
  (await rows(db).orderBy('id').forUpdate()).map((row) => toCurrency(row));

export function listPage(db: Knex, search: string | undefined, page: ListRequest): Promise<Page<StoredCurrency>> {
  const query = db('currency');
  if (search) void whereContains(query, 'code', search);
  const by = sortingBy(page.sort, SORTABLE)?.by ?? [{ column: 'code' }];
  return paginate(query, page, (found) => found.orderBy([...by]), toCurrency);
}

const SORTABLE = { id: 'id', code: 'code', default: 'is_default', manual: 'is_rate_manual' };

export async function insert(
  db: Knex.Transaction,
  { code, rate, isRateManual }: Pick<StoredCurrency, 'code' | 'rate' | 'isRateManual'>,
  now: Date,
): Promise<void> {
  await db('currency').insert({
    code,
    ...fraction(rate),
    is_rate_manual: isRateManual,
    created_at: now,
    updated_at: now,
  });
}

export async function set(
  db: Knex.Transaction,
  code: string,
  { rate, isRateManual, formatPattern, fractionDigits }: CurrencyChange,
  now: Date,
): Promise<void> {
  await db('currency')
    .where({ code })
    .update({
      ...(rate && fraction(rate)),
      ...(isRateManual !== undefined && { is_rate_manual: isRateManual }),
      ...(formatPattern !== undefined && { format_pattern: formatPattern }),
      ...(fractionDigits !== undefined && { fraction_digits: fractionDigits }),
      updated_at: now,
    });
}

/** The unique index on the mark lets there be one at most, so it is taken away before it is given. */
export async function setDefault(db: Knex.Transaction, code: string, now: Date): Promise<void> {
  await db('currency').where({ is_default: true }).update({ is_default: null, updated_at: now });
  await db('currency')
    .where({ code })
    .update({ is_default: true, is_rate_manual: false, ...fraction(ONE), updated_at: now });
}

export const remove = async (db: Knex.Transaction, code: string): Promise<void> =>
  void (await db('currency').where({ code }).del());

const fraction = ({ numerator, denominator }: Rate) => ({
  rate_numerator: String(numerator),
  rate_denominator: String(denominator),
});

function toCurrency(row: Row): StoredCurrency {
  const isDefault = toBoolean(row.is_default);
  const rate = isDefault ? ONE : { numerator: BigInt(row.rate_numerator), denominator: BigInt(row.rate_denominator) };
  return {
    code: row.code,
    isDefault,
    rate,
    rateText: rateText(rate),
    isRateManual: toBoolean(row.is_rate_manual),
    formatPattern: row.format_pattern ?? undefined,
    fractionDigits: row.fraction_digits ?? undefined,
  };
}
