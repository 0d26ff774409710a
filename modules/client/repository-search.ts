import type { Knex } from 'knex';
import { toOptionalDate, type StoredDate } from '#core/db/columns';
import { whereBegins } from '#core/db/prefix';

/** A client as a search shows it. */
export interface Found {
  readonly id: number;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly company: string | null;
  readonly email: string | null;
}

interface Row {
  id: number;
  first_name: string | null;
  last_name: string | null;
  company: string | null;
  email: string | null;
}

const COLUMNS = ['id', 'first_name', 'last_name', 'company', 'email'] as const;

/** By a number, else by the beginning of an address, a name or a company: one look-up in an index each. */
export async function search(db: Knex, text: string, limit: number): Promise<Found[]> {
  const found = new Map<number, Found>();
  for (const query of queries(db, text)) {
    if (found.size >= limit) break;
    // Not sorted: the index is read only as far as `limit`, however many begin so.
    const rows = (await query.limit(limit).select(...COLUMNS)) as Row[];
    for (const row of rows) found.set(row.id, toFound(row));
  }
  return [...found.values()].slice(0, limit);
}

function queries(db: Knex, text: string): Knex.QueryBuilder[] {
  const clients = (): Knex.QueryBuilder => db('client');
  const byNumber = /^\d{1,15}$/.test(text) ? [clients().where({ id: Number(text) })] : [];
  const [first = '', ...rest] = text.split(/\s+/);
  const byBothNames =
    rest.length === 0
      ? []
      : [whereBegins(db, whereBegins(db, clients(), 'first_name', first), 'last_name', rest.join(' '))];
  const byOne = ['first_name', 'last_name', 'company'].map((column) => whereBegins(db, clients(), column, text));
  return [...byNumber, whereBegins(db, clients(), 'email', text.toLowerCase()), ...byBothNames, ...byOne];
}

export async function listNewest(
  db: Knex,
  limit: number,
): Promise<(Found & { readonly createdAt: Date | undefined })[]> {
  const rows = (await db('client')
    .orderBy([
      { column: 'created_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(limit)
    .select(...COLUMNS, 'created_at')) as (Row & { created_at: StoredDate | null })[];
  return rows.map((row) => ({ ...toFound(row), createdAt: toOptionalDate(row.created_at) }));
}

const toFound = ({ id, first_name, last_name, company, email }: Row): Found => ({
  id,
  firstName: first_name,
  lastName: last_name,
  company,
  email,
});
