/** A day without a time, as `YYYY-MM-DD` in the wire's zone. */
export class Day {
  readonly at: Date;
  constructor(at: Date) {
    this.at = at;
  }
}

/**
 * JSON as PHP writes it: a time is `YYYY-MM-DD HH:MM:SS` in the configured zone, an empty map is [] (spec A3).
 * Scalars, the whole answer of the hot path, take the short way.
 */
export function wireFormat(timeZone: string): (value: unknown) => string {
  const parts = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
  const dateTime = (date: Date): string =>
    timeZone === 'UTC' ? date.toISOString().slice(0, 19).replace('T', ' ') : parts.format(date);

  const shaped = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value === undefined ? null : value;
    if (value instanceof Date) return dateTime(value);
    if (value instanceof Day) return dateTime(value.at).slice(0, 10);
    if (Array.isArray(value)) return value.map(shaped);
    const entries = Object.entries(value);
    return entries.length === 0 ? [] : Object.fromEntries(entries.map(([key, item]) => [key, shaped(item)]));
  };
  return (value) => JSON.stringify(shaped(value));
}
