import { add, applyRate, compare, minorDigits, money, multiply, zero, type Money } from '#core/money';
import type { Discount, Promo, PromoLine } from './contract.ts';

/** May be used at `now`. Both ends belong to the time in which it runs. */
export const isValid = ({ isActive, maxUses, used, startsAt, endsAt }: Promo, now: Date): boolean =>
  isActive &&
  (maxUses === 0 || used < maxUses) &&
  (startsAt === undefined || startsAt <= now) &&
  (endsAt === undefined || endsAt >= now);

/** `groupId` is undefined for a visitor and for a client without a group. */
export const isForGroup = ({ clientGroups }: Promo, groupId: number | undefined): boolean =>
  clientGroups.length === 0 || (groupId !== undefined && includes(clientGroups, groupId));

/** A line without a period is not restricted by periods. */
export const isEligible = ({ products, periods }: Promo, { isAddon, productId, period }: PromoLine): boolean =>
  !isAddon &&
  (products.length === 0 || includes(products, productId)) &&
  (!period || periods.length === 0 || includes(periods, period));

export function discountOf(promo: Promo, line: PromoLine): Discount {
  const { setup, price: unitPrice } = line.price;
  const none = zero(unitPrice.currency);
  if (!isEligible(promo, line)) return { price: none, setup: none, total: none };
  const price = multiply(unitPrice, line.quantity);
  const ofPrice = price.amount === 0 ? none : priceDiscount(promo, price);
  const ofSetup = promo.hasFreeSetup ? setup : none;
  const total = add(ofPrice, ofSetup);
  if (compare(total, add(price, setup)) <= 0) return { price: ofPrice, setup: ofSetup, total };
  // The contract's cap: the price is waived, and the waived setup is shown but not counted (case D of its examples).
  return { price, setup: ofSetup, total: price };
}

/** An absolute discount is taken once from every line, whatever its quantity. */
function priceDiscount({ type, valueHundredths }: Promo, price: Money): Money {
  if (type === 'percentage') return applyRate(price, { numerator: BigInt(valueHundredths), denominator: 10_000n });
  if (type === 'absolute') return amountOf(valueHundredths, price.currency);
  return zero(price.currency);
}

const amountOf = (hundredths: number, currency: string): Money =>
  applyRate(money(hundredths, currency), { numerator: 10n ** BigInt(minorDigits(currency)), denominator: 100n });

/** Lists keep what was sent: an id may be a number or text. */
const includes = (list: readonly unknown[], wanted: number | string): boolean =>
  list.some((item) => String(item) === String(wanted));
