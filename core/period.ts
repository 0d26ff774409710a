import { AppError } from './error.ts';

/** A billing period such as 3M. The code is canonical: no leading zeros, an upper-case letter. */
export interface Period {
  readonly quantity: number;
  readonly unit: PeriodUnit;
  readonly code: string;
}

export type PeriodUnit = 'D' | 'W' | 'M' | 'Y';

/** The code did not come from us; the message may be shown to whoever sent it. */
export class PeriodError extends AppError {
  constructor(message: string) {
    super('invalid_input', 'period.invalid', message);
    this.name = 'PeriodError';
  }
}

/** What a shop offers first, in this order. */
export const predefinedPeriods: Readonly<Record<string, string>> = {
  '1W': 'Every Week',
  '1M': 'Every Month',
  '3M': 'Every 3 Months',
  '6M': 'Every 6 Months',
  '1Y': 'Every Year',
  '2Y': 'Every 2 Years',
  '3Y': 'Every 3 Years',
  '4Y': 'Every 4 Years',
  '5Y': 'Every 5 Years',
};

const units: Readonly<Record<PeriodUnit, { readonly most: number; readonly noun: string }>> = {
  D: { most: 90, noun: 'day' },
  W: { most: 52, noun: 'week' },
  M: { most: 24, noun: 'month' },
  Y: { most: 5, noun: 'year' },
};

export function parsePeriod(code: string): Period {
  const [, digits, letter] = /^(\d+)([a-z])$/i.exec(code) ?? [];
  if (digits === undefined || letter === undefined) {
    throw new PeriodError('Invalid period code. Period definition must be a quantity followed by a unit letter');
  }
  const unit = letter.toUpperCase();
  if (!isUnit(unit)) throw new PeriodError(`Period Error. Unit ${unit} is not defined`);

  const quantity = digits.replace(/^0+(?=\d)/, '');
  const { most } = units[unit];
  if (Number(quantity) < 1 || Number(quantity) > most) {
    throw new PeriodError(`Invalid period quantity ${quantity} for unit ${unit}. Allowed range is from 1 to ${most}`);
  }
  return { quantity: Number(quantity), unit, code: quantity + unit };
}

export function periodTitle(code?: string | null): string {
  if (!code || code === '0') return '-';
  const period = parsePeriod(code);
  return predefinedPeriods[period.code] ?? generatedTitle(period);
}

/**
 * Calendar arithmetic in UTC that keeps the time of day. Months and years end on `anchorDay`, the day the first period
 * began, or on the last day of a month that is too short for it. So 31 January, 28 February, 31 March: no drift.
 */
export function addPeriod(from: Date, { quantity, unit }: Period, anchorDay: number = from.getUTCDate()): Date {
  if (Number.isNaN(from.getTime())) throw new RangeError('A period needs a valid date to start from.');
  if (!Number.isInteger(anchorDay) || anchorDay < 1 || anchorDay > 31) {
    throw new RangeError(`${anchorDay} is not a day of a month.`);
  }
  switch (unit) {
    case 'D':
      return addDays(from, quantity);
    case 'W':
      return addDays(from, quantity * 7);
    case 'M':
      return addMonths(from, quantity, anchorDay);
    case 'Y':
      return addMonths(from, quantity * 12, anchorDay);
  }
}

function addDays(from: Date, days: number): Date {
  const to = new Date(from);
  to.setUTCDate(to.getUTCDate() + days);
  return to;
}

function addMonths(from: Date, months: number, anchorDay: number): Date {
  const to = new Date(from);
  // On the 1st first: a day that the target month lacks would roll over into the next one.
  to.setUTCDate(1);
  to.setUTCMonth(to.getUTCMonth() + months);
  to.setUTCDate(Math.min(anchorDay, daysInMonth(to)));
  return to;
}

function daysInMonth(date: Date): number {
  const last = new Date(date);
  last.setUTCMonth(date.getUTCMonth() + 1, 0);
  return last.getUTCDate();
}

function generatedTitle({ quantity, unit }: Period): string {
  const { noun } = units[unit];
  return `Every ${quantity} ${quantity === 1 ? noun : `${noun}s`}`;
}

const isUnit = (letter: string): letter is PeriodUnit => Object.hasOwn(units, letter);
