import { Type } from '@sinclair/typebox';
import { invalidInput } from './error.ts';
import { parseDate, Text } from './schema.ts';

/** Narrows a list to whole days of the wire's zone, which is the process's; an empty text narrows nothing (spec A11). */
export const DayRangeInput = {
  date_from: Type.Optional(Text({ maxLength: 64, description: 'The first day.' })),
  date_to: Type.Optional(Text({ maxLength: 64, description: 'The last day; the whole of it is included.' })),
};

export interface DayRange {
  readonly from?: Date;
  readonly before?: Date;
}

export function readDayRange(sent: {
  readonly date_from?: string | undefined;
  readonly date_to?: string | undefined;
}): DayRange {
  const from = readDay('date_from', sent.date_from);
  const to = readDay('date_to', sent.date_to);
  return { ...(from && { from: dayOf(from) }), ...(to && { before: dayOf(to, 1) }) };
}

function readDay(name: string, text: string | undefined): Date | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const day = parseDate(text);
  if (day === undefined) throw invalidInput('input.invalid', `Parameter "${name}" is invalid.`);
  return day;
}

const dayOf = (time: Date, later = 0): Date => new Date(time.getFullYear(), time.getMonth(), time.getDate() + later);
