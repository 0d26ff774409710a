import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';
import { paginate, type Page } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';

export interface TaxRule {
  readonly id: number;
  readonly name: string;
  /** ISO 3166; undefined: everywhere. */
  readonly country: string | undefined;
  readonly state: string | undefined;
  /** Per cent, as text. */
  readonly rate: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export type NewTaxRule = Omit<TaxRule, 'id' | 'createdAt' | 'updatedAt'>;

interface Row {
  id: number;
  name: string;
  country: string | null;
  state: string | null;
  taxrate: string;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export async function find(db: Knex, id: number): Promise<TaxRule | undefined> {
  const row = await db<Row>('tax').where({ id }).first();
  return row && toRule(row);
}

export function listPage(db: Knex, request: ListRequest): Promise<Page<TaxRule>> {
  const by = sortingBy(request.sort, SORTABLE)?.by ?? [{ column: 'id', order: 'desc' }];
  return paginate<Row, TaxRule>(db('tax'), request, (rows) => rows.orderBy([...by]).select('*'), toRule);
}

const SORTABLE = { id: 'id', name: 'name', country: 'country', taxrate: 'taxrate' };

/** Those for a country and those for everywhere, by id. */
export async function listFor(db: Knex, country: string | undefined): Promise<TaxRule[]> {
  const rows = await db<Row>('tax')
    .where((place) => {
      void place.whereNull('country');
      if (country !== undefined) void place.orWhere('country', country);
    })
    .orderBy('id');
  return rows.map(toRule);
}

export async function insert(db: Knex.Transaction, rule: NewTaxRule, now: Date): Promise<number> {
  const [id] = await db('tax').insert({ ...toRow(rule), created_at: now, updated_at: now });
  return Number(id);
}

export const update = async (db: Knex.Transaction, id: number, rule: NewTaxRule, now: Date): Promise<boolean> =>
  (await db('tax')
    .where({ id })
    .update({ ...toRow(rule), updated_at: now })) > 0;

export const remove = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db('tax').where({ id }).del()) > 0;

export const removeAll = async (db: Knex.Transaction): Promise<void> => void (await db('tax').del());

const toRow = ({ name, country, state, rate }: NewTaxRule) => ({
  name,
  country: country ?? null,
  state: state ?? null,
  taxrate: rate,
});

const toRule = (row: Row): TaxRule => ({
  id: row.id,
  name: row.name,
  country: row.country ?? undefined,
  state: row.state ?? undefined,
  rate: row.taxrate,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
