import assert from 'node:assert/strict';
import fc from 'fast-check';
import { currencyCodes, money, rateFrom, type Rate } from '#core/money';
import { convert, decimalText, divide, isSame, ONE, rateText, readRate, times } from '#modules/currency/rate';

const rate = (text: string): Rate => readRate(text) ?? ONE;
const anyRate = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 13n }), fc.integer({ min: 0, max: 6 }))
  .map(([numerator, decimals]): Rate => ({ numerator, denominator: 10n ** BigInt(decimals) }));

describe('a conversion rate', () => {
  it('is read with six decimals', () => {
    assert.deepEqual(
      ['0.92', '150', ' 1e2 ', '1.2345678', '0.0015', '.5'].map((text) => rateText(rate(text))),
      ['0.920000', '150.000000', '100.000000', '1.234568', '0.001500', '0.500000'],
    );
  });

  it('keeps six significant digits when it is small', () => {
    assert.deepEqual(
      ['0.0000384615', '0.000000234567891', '0.000999'].map((text) => rateText(rate(text))),
      ['0.0000384615', '0.000000234568', '0.000999000'],
    );
  });

  it('is nothing that is not positive, no number, or beyond all sense', () => {
    const wrong = [
      '0',
      '-1',
      '',
      ' ',
      'many',
      'NaN',
      'Infinity',
      '1e400',
      '1e-300',
      '0x10',
      '1,5',
      '9'.repeat(5000),
      '1e10',
    ];

    for (const text of wrong) assert.equal(readRate(text), undefined, text.slice(0, 20));
  });

  it('is the same after another currency was the default', () => {
    fc.assert(
      fc.property(anyRate, anyRate, (one, next) => {
        const rebased = divide(one, next);
        const former = divide(ONE, next);
        assert.ok(isSame(divide(rebased, former), one));
      }),
    );
  });

  it('stays short enough for its column, whatever becomes of it', () => {
    fc.assert(
      fc.property(fc.array(anyRate, { minLength: 20, maxLength: 40 }), (list) => {
        try {
          const outcome = list.reduce((all, one, index) => (index % 2 === 0 ? times(all, one) : divide(all, one)), ONE);
          assert.ok(String(outcome.numerator).length <= 64 && String(outcome.denominator).length <= 64);
        } catch (error) {
          assert.match(String(error), /too far apart/);
        }
      }),
    );
  });
});

describe('an amount', () => {
  it('is converted exactly and rounded once, half up', () => {
    assert.deepEqual(convert(money(1000, 'USD'), 'JPY', rate('150')), money(1500, 'JPY'));
    assert.deepEqual(convert(money(1001, 'USD'), 'JPY', rate('150')), money(1502, 'JPY')); // 1501.5
    assert.deepEqual(convert(money(-1001, 'USD'), 'JPY', rate('150')), money(-1502, 'JPY'));
    assert.deepEqual(convert(money(1000, 'JPY'), 'KWD', rate('0.002')), money(2000, 'KWD'));
    assert.deepEqual(convert(money(150, 'USD'), 'EUR', rate('0.47')), money(71, 'EUR')); // 0.705
  });

  it('is refused when the other currency cannot count it', () => {
    assert.throws(() => convert(money(Number.MAX_SAFE_INTEGER, 'USD'), 'KWD', rate('150')), /too large/);
  });

  it('comes back as it was when nothing had to be rounded', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 9), max: 10 ** 9 }), fc.constantFrom(...currencyCodes), (amount, code) => {
        const there = convert(money(amount, code), code, rateFrom('1'));
        assert.deepEqual(there, money(amount, code));
      }),
    );
  });

  it('is written with the digits asked for', () => {
    assert.equal(decimalText(rateFrom('-0.001'), 2), '0.00');
    assert.equal(decimalText(rateFrom('-0.005'), 2), '-0.01');
    assert.equal(decimalText(rateFrom('1234.5'), 0), '1235');
    assert.equal(decimalText(rateFrom('.5'), 3), '0.500');
  });
});
