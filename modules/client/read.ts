import { invalidInput } from '#core/error';
import { parseDate } from '#core/schema';

/** Forms send text for everything; blank is nothing. */
export const filled = (text: string | null | undefined): string | undefined =>
  text === undefined || text === null || text === '' ? undefined : text;

/** An id as text; what is not a number is an id that no row has. */
export function toId(text: string | undefined): number | undefined {
  if (filled(text) === undefined) return undefined;
  return /^\s*\d{1,15}\s*$/.test(text ?? '') ? Number(text) : 0;
}

export function readTime(name: string, text: string | null | undefined): Date | undefined {
  const given = filled(text);
  if (given === undefined) return undefined;
  const time = parseDate(given);
  if (time === undefined) throw invalidInput('input.invalid', `Parameter "${name}" is invalid.`);
  return time;
}
