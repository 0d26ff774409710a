import type { Knex } from 'knex';

/** Columns as both databases keep them, and their way back into values. */

export function timestamps(table: Knex.CreateTableBuilder): void {
  datetime(table, 'created_at').notNullable();
  datetime(table, 'updated_at').notNullable();
}

/** UTC with milliseconds; SQLite keeps it as a number of milliseconds. */
export const datetime = (table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder =>
  table.datetime(name, { precision: 3 });

/** JSON as text, so that both databases hand back the same string. */
export const json = (table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder => table.text(name, 'longtext');

export type StoredDate = Date | number | string;

export const toDate = (value: StoredDate): Date => (value instanceof Date ? value : new Date(value));
export const toOptionalDate = (value: StoredDate | null | undefined): Date | undefined =>
  value === null || value === undefined ? undefined : toDate(value);

export const toBoolean = (value: unknown): boolean => value === 1 || value === true;

/** An object kept as JSON text; null and what is not an object read as an empty one. */
export function toObject(text: string | null | undefined): Record<string, unknown> {
  const value: unknown = text ? JSON.parse(text) : {};
  return isObject(value) ? value : {};
}

export const toList = (text: string | null | undefined): unknown[] => {
  const value: unknown = text ? JSON.parse(text) : [];
  return Array.isArray(value) ? value : [];
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A fingerprint of a secret: compared to the letter, not by the collation that other text has on MySQL. */
export const fingerprint = (table: Knex.CreateTableBuilder, name: string): Knex.ColumnBuilder =>
  table.string(name, 43).collate('ascii_bin');
