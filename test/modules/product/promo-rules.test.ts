import assert from 'node:assert/strict';
import { parseMoney, toNumber, zero, type Money } from '#core/money';
import type { Promo, PromoLine } from '#modules/product/contract';
import { discountOf, isEligible, isForGroup, isValid } from '#modules/product/promo-rules';

const NOW = new Date('2025-06-10T12:00:00Z');

const promo = (fields: Partial<Promo> = {}): Promo => ({
  id: 1,
  code: 'SAVE',
  description: undefined,
  type: 'percentage',
  valueHundredths: 1500,
  maxUses: 0,
  used: 0,
  hasFreeSetup: false,
  isOncePerClient: false,
  isRecurring: false,
  isActive: true,
  products: [],
  periods: [],
  clientGroups: [],
  startsAt: undefined,
  endsAt: undefined,
  createdAt: NOW,
  updatedAt: NOW,
  ...fields,
});

const amount = (value: number, currency = 'USD'): Money => parseMoney(value, currency) ?? zero(currency);

const line = (price: number, quantity = 1, setup = 0, fields: Partial<PromoLine> = {}): PromoLine => ({
  productId: 4,
  isAddon: false,
  period: undefined,
  quantity,
  price: { price: amount(price), setup: amount(setup) },
  ...fields,
});

const figures = (of: Promo, on: PromoLine): number[] => {
  const { price, setup, total } = discountOf(of, on);
  return [toNumber(price), toNumber(setup), toNumber(total)];
};

describe('the discount of a promo', () => {
  const cases: [string, Promo, PromoLine, number[]][] = [
    ['A: 15 % and free setup', promo({ hasFreeSetup: true }), line(10, 3, 5), [4.5, 5, 9.5]],
    ['B: more than the price', promo({ type: 'absolute', valueHundredths: 2500 }), line(10), [10, 0, 10]],
    ['C: up to price and setup', promo({ type: 'absolute', valueHundredths: 1500 }), line(10, 1, 10), [15, 0, 15]],
    [
      'D: over price and setup',
      promo({ type: 'absolute', valueHundredths: 1200, hasFreeSetup: true }),
      line(10, 1, 10),
      [10, 10, 10],
    ],
    ['E: once per line', promo({ type: 'absolute', valueHundredths: 500 }), line(20, 2), [5, 0, 5]],
    ['G: 33 % of 29.97', promo({ valueHundredths: 3300 }), line(9.99, 3), [9.89, 0, 9.89]],
    ['H: 10 % of 19.99', promo({ valueHundredths: 1000 }), line(19.99), [2, 0, 2]],
  ];
  for (const [name, of, on, expected] of cases) {
    it(`is as in the contract, ${name}`, () => {
      assert.deepEqual(figures(of, on), expected);
    });
  }

  it('is nothing for a kind that nobody knows', () => {
    assert.deepEqual(figures(promo({ type: 'trial', valueHundredths: 5000 }), line(10)), [0, 0, 0]);
  });

  it('waives the setup of a line that costs nothing else', () => {
    assert.deepEqual(figures(promo({ hasFreeSetup: true }), line(0, 1, 5)), [0, 5, 5]);
  });

  it('is nothing on a line it is not for, setup included', () => {
    const on = line(10, 1, 5, { productId: 9 });

    assert.deepEqual(figures(promo({ hasFreeSetup: true, products: [4] }), on), [0, 0, 0]);
  });

  it('never exceeds the price, however many per cent', () => {
    assert.deepEqual(figures(promo({ valueHundredths: 100_000 }), line(10)), [10, 0, 10]);
  });

  it('counts in whole units of a currency without cents', () => {
    const on = { ...line(0), price: { price: amount(1000, 'JPY'), setup: zero('JPY') } };

    assert.deepEqual(figures(promo({ type: 'absolute', valueHundredths: 50_050 }), on), [501, 0, 501]);
  });
});

describe('a promo', () => {
  it('is valid while it is active, has uses left and runs, both ends included', () => {
    assert.equal(isValid(promo(), NOW), true);
    assert.equal(isValid(promo({ startsAt: NOW, endsAt: NOW, maxUses: 3, used: 2 }), NOW), true);
  });

  it('is not valid otherwise', () => {
    const later = new Date(NOW.getTime() + 1);
    const earlier = new Date(NOW.getTime() - 1);
    for (const fields of [{ isActive: false }, { maxUses: 3, used: 3 }, { startsAt: later }, { endsAt: earlier }])
      assert.equal(isValid(promo(fields), NOW), false, JSON.stringify(fields));
  });

  it('is for everyone or for the clients of its groups', () => {
    const members = promo({ clientGroups: [2, '3'] });

    assert.deepEqual([isForGroup(promo(), undefined), isForGroup(members, 3)], [true, true]);
    assert.deepEqual([isForGroup(members, undefined), isForGroup(members, 1)], [false, false]);
  });

  it('is for the products and periods it names, and never for add-ons', () => {
    const named = promo({ products: ['4', 5], periods: ['1M'] });

    assert.equal(isEligible(named, line(10, 1, 0, { period: '1M' })), true);
    assert.equal(isEligible(named, line(10)), true);
    assert.equal(isEligible(named, line(10, 1, 0, { period: '1Y' })), false);
    assert.equal(isEligible(named, line(10, 1, 0, { productId: 6 })), false);
    assert.equal(isEligible(promo(), line(10, 1, 0, { isAddon: true })), false);
  });
});
