import type { Knex } from 'knex';
import { toBoolean, toList } from '#core/db/columns';

export interface Location {
  readonly id: number;
  readonly code: string;
  readonly name: string;
  readonly urls: readonly string[];
  readonly isEnabled: boolean;
}

export type LocationChange = Partial<Omit<Location, 'id'>>;

interface Row {
  id: number;
  code: string;
  name: string;
  urls: string;
  is_enabled: unknown;
}

/** All of them, by name: there are as many as an operator has machines in different places. */
export async function list(db: Knex): Promise<Location[]> {
  const rows = (await db('orbit_location').orderBy(['name', 'id'])) as Row[];
  return rows.map(({ id, code, name, urls, is_enabled }) => ({
    id: Number(id),
    code,
    name,
    urls: toList(urls).map(String),
    isEnabled: toBoolean(is_enabled),
  }));
}

/** Rejects with a unique violation when the code is taken. */
export async function insert(db: Knex.Transaction, location: Omit<Location, 'id'>, now: Date): Promise<number> {
  const [id] = await db('orbit_location').insert({ ...columnsOf(location), created_at: now, updated_at: now });
  return Number(id);
}

export const update = async (db: Knex.Transaction, id: number, change: LocationChange, now: Date): Promise<boolean> =>
  (await db('orbit_location')
    .where({ id })
    .update({ ...columnsOf(change), updated_at: now })) > 0;

export const remove = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db('orbit_location').where({ id }).del()) > 0;

const columnsOf = ({ code, name, urls, isEnabled }: LocationChange): Record<string, unknown> => ({
  ...(code !== undefined && { code }),
  ...(name !== undefined && { name }),
  ...(urls !== undefined && { urls: JSON.stringify(urls) }),
  ...(isEnabled !== undefined && { is_enabled: isEnabled }),
});
