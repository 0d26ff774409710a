import assert from 'node:assert/strict';
import { formatMoney } from '#core/web/filters';

describe('an amount on a page', () => {
  it('is written in the manner of the locale, or plainly without one', () => {
    assert.equal(formatMoney(1234.5, 'USD', 'en'), '$1,234.50');
    assert.equal(formatMoney('1234.5', 'USD'), '1,234.50 USD');
    assert.equal(formatMoney({ amount: 500, currency: 'JPY' }, undefined, 'en'), '¥500');
  });

  it('is the number alone when nobody knows its currency', () => {
    for (const unknown of ['', undefined, null]) {
      assert.equal(formatMoney(3.5, unknown, 'en'), '3.5');
      assert.equal(formatMoney('3.50', unknown), '3.50');
      assert.equal(formatMoney(undefined, unknown, 'en'), '');
    }
  });

  it('is nothing where there is no amount', () => {
    assert.equal(formatMoney('soon', 'USD', 'en'), '');
    assert.equal(formatMoney(null, 'USD', 'en'), '');
  });
});
