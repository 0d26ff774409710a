import type { Knex } from 'knex';
import { isMysql } from './tables.ts';

/** Begins with `text`, found in the index of the column whatever the case: on SQLite in the spellings names are written in. */
export function whereBegins(db: Knex, query: Knex.QueryBuilder, column: string, text: string): Knex.QueryBuilder {
  if (isMysql(db)) return query.whereRaw("?? like ? escape '!'", [column, `${text.replace(/[!%_]/g, '!$&')}%`]);
  return query.where((any) => {
    for (const one of spellingsOf(text))
      void any.orWhere((range) => void range.where(column, '>=', one).where(column, '<', `${one}${LAST}`));
  });
}

/** As it is typed, in small letters, and with a capital: an index of SQLite minds the case. */
const spellingsOf = (text: string): string[] => {
  const small = text.toLowerCase();
  return [...new Set([text, small, small.charAt(0).toUpperCase() + small.slice(1)])];
};

/** Comes after every character of a text. */
const LAST = '\u{10ffff}';
