import { Type, type Static } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import { Anything, Flag, OrNull, Paging, required, Text } from '#core/schema';
import { PLACE } from './format.ts';
import type { Update } from './service.ts';

const code = required('Currency code is missing', Text());
const Rate = Type.Optional(Text({ description: 'Units for one of the default currency.' }));

export const Code = Type.Object({ code });
export const ListInput = Type.Object({ search: Type.Optional(Text({ maxLength: 255 })), ...Paging });
export const CreateInput = Type.Object({
  code,
  conversion_rate: Rate,
  is_rate_manual: Flag(),
});
export const UpdateInput = Type.Object({
  code,
  conversion_rate: Rate,
  is_rate_manual: Type.Optional(Flag()),
  format_pattern: Type.Optional(OrNull(Anything({ description: 'With {amount} in it; blank: as the locale has it.' }))),
  fraction_digits: Type.Optional(OrNull(Anything({ description: '0 to 6; blank: as ISO 4217 has it.' }))),
});
export const FormatInput = Type.Object({
  price: Text({ default: '0' }),
  code: Type.Optional(Text()),
  convert: Flag(true),
  without_currency: Flag(),
});

export const toUpdate = (sent: Static<typeof UpdateInput>): Update => ({
  rate: sent.conversion_rate,
  isRateManual: sent.is_rate_manual,
  formatPattern: readPattern(sent.format_pattern),
  fractionDigits: readDigits(sent.fraction_digits),
});

/** Undefined stays, null clears. */
function readPattern(value: unknown): string | null | undefined {
  if (value === undefined) return undefined;
  if (value === null || value === '') return null;
  if (typeof value !== 'string') throw wrongPattern('must be plain text.');
  if (value.trim() === '') return null;
  if (value.length > 100) throw wrongPattern('cannot exceed 100 characters.');
  if (value.split(PLACE).length !== 2) throw wrongPattern(`must contain exactly one ${PLACE} placeholder.`);
  if (/[\p{Cc}\p{Zl}\p{Zp}<>]/u.test(value)) throw wrongPattern('must be a single line of plain text.');
  return value.trim();
}

const wrongPattern = (what: string) => invalidInput('currency.invalid_pattern', `Currency format pattern ${what}`);

function readDigits(value: unknown): number | null | undefined {
  if (value === undefined) return undefined;
  if (value === null || (typeof value === 'string' && value.trim() === '')) return null;
  const digits = typeof value === 'string' ? /^\s*([0-6])\s*$/.exec(value)?.[1] : value;
  const number = typeof digits === 'string' ? Number(digits) : digits;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= 6) return number;
  throw invalidInput('currency.invalid_digits', 'Currency fraction digits must be a whole number between 0 and 6.');
}
