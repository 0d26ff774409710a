import type { Knex } from 'knex';
import { DateTime } from 'luxon';
import { DAY, later } from '../clock.ts';
import type { Span } from '../report.ts';
import { isMysql } from './tables.ts';

const SECOND_MS = 1000;
const DAY_SECONDS = 86_400;

/**
 * The aggregates of `query` by calendar day of a zone, over the index of `column`. Neither database knows the zones the
 * other knows, so the statement carries the few offsets that hold in the span.
 */
export async function perDay<Row extends object>(
  db: Knex,
  query: Knex.QueryBuilder,
  column: string,
  { from, until }: Span,
  timeZone: string,
): Promise<ReadonlyMap<string, Row>> {
  if (from >= until) return new Map();
  const offsets = offsetsIn({ from, until }, timeZone);
  const last = offsets.pop()?.seconds ?? 0;
  const cases = offsets.map(() => 'when ?? < ? then ?').join(' ');
  const shift = offsets.length === 0 ? '?' : `case ${cases} else ? end`;
  const bindings = [column, ...offsets.flatMap(({ until: end, seconds }) => [column, end, seconds]), last];
  const day = isMysql(db)
    ? `(timestampdiff(second, '1970-01-01', ??) + ${shift}) div ${DAY_SECONDS}`
    : `cast((?? / ${SECOND_MS} + ${shift}) / ${DAY_SECONDS} as integer)`;
  const rows = (await query
    .select(db.raw(`${day} as wire_day`, bindings))
    .where(column, '>=', from)
    .where(column, '<', until)
    .groupBy('wire_day')) as (Row & { wire_day: number })[];
  return new Map(rows.map((row) => [dayText(Number(row.wire_day)), row]));
}

const dayText = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

interface Offset {
  /** The first moment at which it no longer holds. */
  readonly until: Date;
  readonly seconds: number;
}

/** What a zone adds to UTC in a span, one after the other: it changes at most a few times a year. */
function offsetsIn({ from, until }: Span, timeZone: string): Offset[] {
  const secondsAt = (at: Date): number => DateTime.fromJSDate(at, { zone: timeZone }).offset * 60;
  const found: Offset[] = [];
  let seconds = secondsAt(from);
  for (let at = from; at < until; at = later(at, DAY)) {
    const next = later(at, DAY);
    if (secondsAt(next) === seconds) continue;
    found.push({ until: changeBetween(at, next, secondsAt), seconds });
    seconds = secondsAt(next);
  }
  return [...found, { until, seconds }];
}

/** The moment between two at which the offset changes. */
function changeBetween(before: Date, after: Date, secondsAt: (at: Date) => number): Date {
  const old = secondsAt(before);
  let [low, high] = [before.getTime(), after.getTime()];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (secondsAt(new Date(middle)) === old) low = middle;
    else high = middle;
  }
  return new Date(high);
}
