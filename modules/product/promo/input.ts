import { Type, type Static, type TObject } from '@sinclair/typebox';
import { DateTime as Luxon } from 'luxon';
import { invalidInput } from '#core/error';
import { isNegative, parseMoney } from '#core/money';
import { Anything, Int, isTruthy, Text, Truthy } from '#core/schema';
import type { PromoFields } from './repository.ts';

/** The largest number its column holds. */
const MOST = 2_147_483_647;
/** In hundredths: as much as a price can be. */
const HIGHEST = 100_000_000_000;

const Count = Type.Optional(Int({ minimum: -MOST, maximum: MOST, description: 'Below 0 reads as 0.' }));
const Ids = (description: string) => Type.Optional(Anything({ description }));
const Time = Type.Optional(
  Text({ maxLength: 64, description: 'A time; a bare date is its beginning. Empty: no limit.' }),
);

/** What staff set of a promo beside code, type and value. Absent and null: unchanged. */
export const promoFields = {
  description: Type.Optional(Text({ maxLength: 60_000 })),
  maxuses: Count,
  used: Count,
  freesetup: Type.Optional(Truthy()),
  once_per_client: Type.Optional(Truthy()),
  recurring: Type.Optional(Truthy()),
  active: Type.Optional(Truthy()),
  products: Ids('Ids of the products it is for; an empty list: all.'),
  periods: Ids('Codes of the periods it is for; an empty list: all.'),
  client_groups: Ids('Ids of the client groups it is for; an empty list: everyone.'),
  start_at: Time,
  end_at: Time,
};

interface Sent extends Static<TObject<typeof promoFields>> {
  readonly code?: string;
  readonly type?: string;
  readonly value?: unknown;
}

export const toPromoFields = (sent: Sent, timeZone: string): PromoFields => ({
  code: sent.code?.trim(),
  type: sent.type,
  valueHundredths: hundredths(sent.value),
  description: sent.description,
  maxUses: sent.maxuses && Math.max(sent.maxuses, 0),
  used: sent.used && Math.max(sent.used, 0),
  hasFreeSetup: sent.freesetup,
  isOncePerClient: sent.once_per_client,
  isRecurring: sent.recurring,
  isActive: sent.active,
  products: list(sent.products),
  periods: list(sent.periods),
  clientGroups: list(sent.client_groups),
  startsAt: time(sent.start_at, timeZone),
  endsAt: time(sent.end_at, timeZone),
});

/** What is no list changes nothing; empty items are dropped, the others stay as they were sent. */
function list(value: unknown): unknown[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.values(value).filter((item) => isTruthy(item) && typeof item !== 'object');
}

/** Per cents have two decimals as well, so they are read like an amount of a currency that nobody lists. */
function hundredths(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const amount = typeof value === 'number' || typeof value === 'string' ? parseMoney(value, '%') : undefined;
  if (amount === undefined) throw invalidInput('product.promo_value', 'Promo value must be a valid number.');
  if (isNegative(amount)) throw invalidInput('product.promo_value', 'Promo value cannot be negative.');
  if (amount.amount > HIGHEST) throw invalidInput('product.promo_value', 'Promo value is too large.');
  return amount.amount;
}

const FORMATS = ['yyyy/M/d', 'yyyy/M/d H:mm', 'yyyy/M/d H:mm:ss', 'M/d/yyyy', 'd.M.yyyy', 'd MMM yyyy', 'd MMMM yyyy'];

function time(text: string | undefined, zone: string): Date | null | undefined {
  if (text === undefined) return undefined;
  const sent = text.trim();
  if (sent === '') return null;
  const options = { zone, locale: 'en' };
  const readings = [
    () => Luxon.fromSQL(sent, options),
    () => Luxon.fromISO(sent, options),
    () => Luxon.fromRFC2822(sent, options),
    ...FORMATS.map((format) => () => Luxon.fromFormat(sent, format, options)),
  ];
  for (const read of readings) {
    const found = read();
    if (found.isValid && found.year >= 1000 && found.year <= 9999) return found.toJSDate();
  }
  throw invalidInput('product.promo_date', `"${sent}" is not a date.`);
}
