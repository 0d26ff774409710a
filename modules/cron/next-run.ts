import { later, MINUTE } from '#core/clock';

/** Minute, hour, day of the month, month, day of the week, as in a schedule. */
const BOUNDS = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** Longer than any schedule waits but one for 29 February. */
const LONGEST_DAYS = 366;

/** The first whole minute after `time` that a schedule of five fields names, in UTC; undefined when none comes within a year. */
export function nextRun(schedule: string, time: Date): Date | undefined {
  const fields = schedule.trim().split(/\s+/);
  const [minutes, hours, days, months, weekdays] = BOUNDS.map(([from, to], index) =>
    valuesOf(fields[index] ?? '*', from, to),
  );
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  const isDay = (day: Date): boolean => {
    const [inMonth, inWeek] = [
      days.has(day.getUTCDate()),
      weekdays.has(day.getUTCDay() || 7) || weekdays.has(day.getUTCDay()),
    ];
    return months.has(day.getUTCMonth() + 1) && inMonth && inWeek;
  };
  const start = new Date(Math.floor(time.getTime() / MINUTE) * MINUTE + MINUTE);
  for (let ahead = 0; ahead <= LONGEST_DAYS; ahead++) {
    const day = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate() + ahead));
    if (!isDay(day)) continue;
    for (const hour of hours)
      for (const minute of minutes) {
        const run = later(day, (hour * 60 + minute) * MINUTE);
        if (run >= start) return run;
      }
  }
  return undefined;
}

/** In ascending order: `*`, `5`, `1,2`, `1-5`, and any of them with a step. */
function valuesOf(field: string, from: number, to: number): ReadonlySet<number> {
  const all = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  const wanted = field.split(',').map((part) => {
    const [range = '*', step = '1'] = part.split('/');
    const [first = '', last = part.includes('/') ? String(to) : first] =
      range === '*' ? [String(from), String(to)] : range.split('-');
    return { first: Number(first), last: Number(last), step: Number(step) };
  });
  return new Set(
    all.filter((value) =>
      wanted.some(({ first, last, step }) => value >= first && value <= last && (value - first) % step === 0),
    ),
  );
}
