import { DateTime } from 'luxon';
import { invalidInput } from '#core/error';
import type { Span } from '#core/report';

/** The days of a series, which the contract puts at the time of day of its beginning (spec C12). */
export interface Series {
  /** From midnight to midnight. */
  readonly span: Span;
  readonly points: readonly Point[];
}

export interface Point {
  /** `2026-01-31` */
  readonly day: string;
  readonly milliseconds: number;
}

export interface Dates {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Ten years; nobody looks at more, and each day is a line of the answer. */
const MOST_DAYS = 3660;

/** Begins the day after `from`, one month ago unless said otherwise, and ends before `to`, which is tomorrow. */
export function readSeries({ from, to }: Dates, now: Date, zone: string): Series {
  const today = DateTime.fromJSDate(now, { zone }).startOf('second');
  const begin = read('date_from', from, zone) ?? today.minus({ months: 1 });
  const end = read('date_to', to, zone) ?? today.plus({ days: 1 });
  if (end.diff(begin, 'days').days > MOST_DAYS) throw invalidInput('stats.too_long', 'The time asked for is too long.');
  const points: Point[] = [];
  for (let number = 1; ; number++) {
    const at = begin.plus({ days: number });
    if (at >= end) break;
    points.push({ day: at.toFormat('yyyy-MM-dd'), milliseconds: at.toMillis() });
  }
  return { span: { from: begin.startOf('day').toJSDate(), until: end.startOf('day').toJSDate() }, points };
}

/** The last days up to today, each at its noon. */
export function recentDays(now: Date, days: number, zone: string): Series {
  const today = DateTime.fromJSDate(now, { zone }).startOf('day');
  const first = today.minus({ days: days - 1 });
  const points = Array.from({ length: days }, (_, number) => {
    const at = first.plus({ days: number, hours: 12 });
    return { day: at.toFormat('yyyy-MM-dd'), milliseconds: at.toMillis() };
  });
  return { span: { from: first.toJSDate(), until: today.plus({ days: 1 }).toJSDate() }, points };
}

function read(name: string, text: string | undefined, zone: string): DateTime | undefined {
  const sent = text?.trim();
  if (!sent) return undefined;
  const found = [DateTime.fromSQL(sent, { zone }), DateTime.fromISO(sent, { zone })].find(
    ({ isValid, year }) => isValid && year >= 1970 && year <= 9999,
  );
  if (found === undefined) throw invalidInput('input.invalid', `Parameter "${name}" is invalid.`);
  return found.setZone(zone).startOf('second');
}

/** Spans of a summary, in its order. */
export const SPANS = ['today', 'yesterday', 'this_month', 'last_month'] as const;

export function recentSpans(now: Date, zone: string): Span[] {
  const today = DateTime.fromJSDate(now, { zone }).startOf('day');
  const month = today.startOf('month');
  const span = (from: DateTime, until: DateTime): Span => ({ from: from.toJSDate(), until: until.toJSDate() });
  return [
    span(today, today.plus({ days: 1 })),
    span(today.minus({ days: 1 }), today),
    span(month, month.plus({ months: 1 })),
    span(month.minus({ months: 1 }), month),
  ];
}
