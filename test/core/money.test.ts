import assert from 'node:assert/strict';

import fc from 'fast-check';

import {
  add,
  allocate,
  applyRate,
  compare,
  isNegative,
  minorDigits,
  money,
  multiply,
  parseMoney,
  rateFrom,
  subtract,
  sum,
  toDecimal,
  toNumber,
  zero,
} from '#core/money';

const usd = (amount: number) => money(amount, 'USD');

const currency = fc.constantFrom('USD', 'JPY', 'KWD', 'CLF', 'MGA', 'XXX');
const anyAmount = fc.maxSafeInteger();
/** Up to 15 digits a JSON number is exact; additions of a few of these stay safe. */
const plainAmount = fc.integer({ min: -999_999_999_999_999, max: 999_999_999_999_999 });

describe('money', () => {
  it('is a safe whole number of minor units in some currency', () => {
    assert.deepEqual(usd(1050), { amount: 1050, currency: 'USD' });
    assert.deepEqual(zero('JPY'), { amount: 0, currency: 'JPY' });
    assert.ok(Object.is(usd(-0).amount, 0));

    for (const amount of [1.5, Number.NaN, Infinity, 2 ** 53]) assert.throws(() => usd(amount), RangeError);
    assert.throws(() => money(1, ''), TypeError);
  });

  it('is computed without loss', () => {
    assert.deepEqual(add(usd(10), usd(20)), usd(30));
    assert.deepEqual(subtract(usd(10), usd(20)), usd(-10));
    assert.deepEqual(sum([usd(1), usd(2), usd(3)], 'USD'), usd(6));
    assert.deepEqual(sum([], 'USD'), zero('USD'));
    assert.deepEqual(multiply(usd(333), 3), usd(999));
    assert.deepEqual(multiply(usd(0), -1), usd(0));
  });

  it('refuses two currencies', () => {
    const eur = money(1, 'EUR');

    for (const operation of [add, subtract, compare]) assert.throws(() => operation(usd(1), eur), TypeError);
    assert.throws(() => sum([eur], 'USD'), TypeError);
  });

  it('throws rather than leave the safe integers', () => {
    const most = usd(Number.MAX_SAFE_INTEGER);

    assert.throws(() => add(most, usd(1)), RangeError);
    assert.throws(() => subtract(usd(-2), most), RangeError);
    assert.throws(() => multiply(most, 2), RangeError);
    assert.throws(() => multiply(usd(1), 1.5), RangeError);
    assert.throws(() => applyRate(most, { numerator: 11n, denominator: 10n }), RangeError);
  });

  it('is added and subtracted reversibly, in any order', () => {
    fc.assert(
      fc.property(plainAmount, plainAmount, currency, (a, b, code) => {
        const [x, y] = [money(a, code), money(b, code)];
        assert.deepEqual(add(x, y), add(y, x));
        assert.deepEqual(subtract(add(x, y), y), x);
        assert.equal(compare(x, y), -compare(y, x) + 0);
        assert.equal(compare(x, y) < 0, isNegative(subtract(x, y)));
      }),
    );
  });
});

describe('applyRate', () => {
  it('rounds half away from zero, once', () => {
    const half = { numerator: 1n, denominator: 2n };

    assert.deepEqual(
      [1, 3, -1, -3, 2, -2, 0].map((amount) => applyRate(usd(amount), half).amount),
      [1, 2, -1, -2, 1, -1, 0],
    );
    assert.deepEqual(applyRate(usd(1005), { numerator: 10n, denominator: 100n }), usd(101));
    assert.deepEqual(applyRate(usd(-149), { numerator: 1n, denominator: 100n }), usd(-1));
    assert.throws(() => applyRate(usd(1), { numerator: 1n, denominator: 0n }), RangeError);
    assert.throws(() => applyRate(usd(1), { numerator: 1n, denominator: -2n }), RangeError);
  });

  it('is never further than half a unit from the exact value, and half goes outwards', () => {
    const numerator = fc.bigInt({ min: -(10n ** 6n), max: 10n ** 6n });
    const denominator = fc.bigInt({ min: 1n, max: 10n ** 6n });
    fc.assert(
      fc.property(fc.integer(), numerator, denominator, (amount, n, d) => {
        const exact = BigInt(amount) * n;
        const twiceTheError =
          2n * (BigInt(applyRate(usd(amount), { numerator: n, denominator: d }).amount) * d - exact);
        const outwards = exact < 0n ? -twiceTheError : twiceTheError;
        assert.ok(outwards > -d && outwards <= d);
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps the sign', () => {
    fc.assert(
      fc.property(fc.integer(), (amount) => {
        const rate = rateFrom('0.075');
        assert.equal(applyRate(usd(-amount), rate).amount, -applyRate(usd(amount), rate).amount + 0);
      }),
    );
  });
});

describe('allocate', () => {
  it('gives what does not divide to the heaviest first', () => {
    assert.deepEqual(allocate(usd(100), [1, 1, 1]), [usd(34), usd(33), usd(33)]);
    assert.deepEqual(allocate(usd(-100), [1, 1, 1]), [usd(-34), usd(-33), usd(-33)]);
    assert.deepEqual(allocate(usd(101), [1, 3]), [usd(25), usd(76)]);
    assert.deepEqual(allocate(usd(5), [0, 1]), [usd(0), usd(5)]);
  });

  it('refuses weights that share nothing', () => {
    for (const weights of [[], [0, 0], [-1, 2], [0.5]]) assert.throws(() => allocate(usd(100), weights), RangeError);
  });

  it('gives parts that add up to the whole, none more than a unit from its share', () => {
    const weights = fc
      .array(fc.nat(1_000_000), { minLength: 1, maxLength: 20 })
      .filter((list) => list.some((weight) => weight > 0));
    fc.assert(
      fc.property(anyAmount, weights, currency, (amount, list, code) => {
        const parts = allocate(money(amount, code), list);
        const total = list.reduce((a, b) => a + b, 0);

        assert.deepEqual(sum(parts, code), money(amount, code));
        parts.forEach((part, index) => {
          const weight = list[index] ?? 0;
          const error = BigInt(part.amount) * BigInt(total) - BigInt(amount) * BigInt(weight);
          assert.ok(error > -total && error < total);
          if (weight === 0) assert.equal(part.amount, 0);
        });
      }),
    );
  });
});

describe('minorDigits', () => {
  it('follows ISO 4217', () => {
    const digits = { USD: 2, JPY: 0, KWD: 3, CLF: 4, MGA: 2, MRU: 2, KRW: 0, HUF: 2, BTC: 2, toString: 2 };

    for (const [code, expected] of Object.entries(digits)) assert.equal(minorDigits(code), expected, code);
  });
});

describe('toDecimal and toNumber', () => {
  it('show every minor digit of the currency as text', () => {
    assert.equal(toDecimal(usd(1000)), '10.00');
    assert.equal(toDecimal(usd(5)), '0.05');
    assert.equal(toDecimal(usd(-5)), '-0.05');
    assert.equal(toDecimal(usd(-1050)), '-10.50');
    assert.equal(toDecimal(money(10, 'JPY')), '10');
    assert.equal(toDecimal(money(10_000, 'KWD')), '10.000');
    assert.equal(toDecimal(money(100, 'MGA')), '1.00');
    assert.equal(toDecimal(usd(Number.MAX_SAFE_INTEGER)), '90071992547409.91');
  });

  it('give a JSON number to wires that want one', () => {
    assert.equal(toNumber(usd(1999)), 19.99);
    assert.equal(JSON.stringify(toNumber(usd(1000))), '10');
    assert.equal(toNumber(money(-1, 'KWD')), -0.001);
  });

  it('are read back as the same amount', () => {
    fc.assert(
      fc.property(anyAmount, currency, (amount, code) => {
        assert.deepEqual(parseMoney(toDecimal(money(amount, code)), code), money(amount, code));
      }),
    );
    fc.assert(
      fc.property(plainAmount, currency, (amount, code) => {
        assert.deepEqual(parseMoney(toNumber(money(amount, code)), code), money(amount, code));
      }),
    );
  });
});

describe('parseMoney', () => {
  it('reads decimal text and numbers', () => {
    const amounts: [string | number, number][] = [
      ['10', 1000],
      ['10.5', 1050],
      [' 10.50 ', 1050],
      ['+1', 100],
      ['-0.01', -1],
      ['.5', 50],
      ['5.', 500],
      ['1e3', 100_000],
      ['1E-2', 1],
      ['007', 700],
      [9.99, 999],
      [0.1 + 0.2, 30],
      [1.005, 101],
      [1e3, 100_000],
      [1e-7, 0],
      [-0, 0],
      [4.35, 435],
      [1.1e2, 11_000],
    ];

    for (const [value, amount] of amounts) assert.deepEqual(parseMoney(value, 'USD'), usd(amount), String(value));
  });

  it('rounds half up beyond the digits of the currency', () => {
    assert.deepEqual(parseMoney('1.005', 'USD'), usd(101));
    assert.deepEqual(parseMoney('1.00499999999999999999', 'USD'), usd(100));
    assert.deepEqual(parseMoney('-1.005', 'USD'), usd(-101));
    assert.deepEqual(parseMoney('10.5', 'JPY'), money(11, 'JPY'));
    assert.deepEqual(parseMoney('-0.001', 'USD'), usd(0));
  });

  it('is undefined for what is not a finite number or is absurdly large', () => {
    const junk = [
      '',
      ' ',
      '.',
      '-',
      'abc',
      '1,50',
      '1 0',
      '0x10',
      '1e',
      '1e9999',
      '--1',
      '1.2.3',
      'Infinity',
      '٣',
      '9'.repeat(401),
      '90071992547409.92',
      '1e16',
      Number.NaN,
      Infinity,
      -Infinity,
      1e300,
    ];

    for (const value of junk) assert.equal(parseMoney(value, 'USD'), undefined, String(value));
    assert.deepEqual(parseMoney('90071992547409.91', 'USD'), usd(Number.MAX_SAFE_INTEGER));
  });

  it('never throws, and answers with safe amounts only', () => {
    const value = fc.oneof(fc.string(), fc.double(), fc.stringMatching(/^[-+ ]?\d{0,9}\.?\d{0,9}(e-?\d{1,4})?$/));
    fc.assert(
      fc.property(value, currency, (raw, code) => {
        const parsed = parseMoney(raw, code);
        assert.ok(parsed === undefined || Number.isSafeInteger(parsed.amount));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('rateFrom', () => {
  it('is exact', () => {
    assert.deepEqual(rateFrom('7.5'), { numerator: 75n, denominator: 10n });
    assert.deepEqual(rateFrom('21'), { numerator: 21n, denominator: 1n });
    assert.deepEqual(rateFrom('-1e-3'), { numerator: -1n, denominator: 1000n });
    assert.deepEqual(rateFrom('2.5e2'), { numerator: 250n, denominator: 1n });
    assert.throws(() => rateFrom('seven'), RangeError);
    assert.throws(() => rateFrom(''), RangeError);
  });

  it('applied as a percentage gives the tax that people compute on paper', () => {
    const percent = rateFrom('7.5');

    const tax = applyRate(usd(1999), { ...percent, denominator: percent.denominator * 100n });

    assert.deepEqual(tax, usd(150)); // 149.925
  });
});
