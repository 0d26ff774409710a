import type { Knex } from 'knex';
import type { Span, Tally } from '../report.ts';
import { perDay } from './per-day.ts';

const CREATED = 'created_at';

/** Counts the rows of a table by `created_at`, which needs an index that begins with it. */
export const tallyOf = (table: string): Tally => ({
  async total({ db }) {
    const [row] = await db(table).count({ total: '*' });
    return Number(row?.['total'] ?? 0);
  },

  async within({ db }, spans) {
    if (spans.length === 0) return [];
    const query = whereInAny(db(table), spans);
    spans.forEach(({ from, until }, index) => {
      const name = nameOf(index);
      void query.select(db.raw('sum(case when ?? >= ? and ?? < ? then 1 else 0 end) as ??', [CREATED, from, CREATED, until, name])); // prettier-ignore
    });
    const [row] = (await query) as Record<string, number | string | null>[];
    return spans.map((_, index) => Number(row?.[nameOf(index)] ?? 0));
  },

  async perDay({ db }, span, timeZone) {
    const days = await perDay<{ total: number | string }>(db, db(table).count({ total: '*' }), CREATED, span, timeZone);
    return new Map([...days].map(([day, { total }]) => [day, Number(total)]));
  },
});

const nameOf = (index: number): string => `span_${index}`;

/** Between the first beginning and the last end: what the index can skip is not read. */
const whereInAny = (query: Knex.QueryBuilder, spans: readonly Span[]): Knex.QueryBuilder =>
  query
    .where(CREATED, '>=', new Date(Math.min(...spans.map(({ from }) => from.getTime()))))
    .where(CREATED, '<', new Date(Math.max(...spans.map(({ until }) => until.getTime()))));
