import assert from 'node:assert/strict';
import { admin, guest, useApp } from '../../support/app.ts';
import { add, modules } from './shop.ts';

describe('a price for people', () => {
  const app = useApp({ modules });
  const format = (params: object): Promise<string> => app.call(guest, 'currency/format', params);
  const setLocale = (locale: string) => app.call(admin, 'system/update_params', { locale });
  const style = (fields: object) => app.call(admin, 'currency/update', { code: 'EUR', ...fields });
  beforeEach(async () => {
    await add(app, 'EUR', 0.5);
    await add(app, 'JPY', 150);
    await add(app, 'KWD', 0.3);
  });

  it('is converted from the default currency unless that is not wanted', async () => {
    assert.equal(await format({ price: 1234.5, code: 'EUR' }), '€617.25');
    assert.equal(await format({ price: 1234.5, code: 'EUR', convert: false }), '€1,234.50');
    assert.equal(await format({ price: 1234.5, code: 'EUR', convert: '0' }), '€1,234.50');
    assert.equal(await format({ price: 1234.5, code: 'EUR', convert: 'perhaps' }), '€617.25');
    assert.equal(await format({ price: 1234.5 }), '$1,234.50');
    assert.equal(await format({}), '$0.00');
    assert.equal(await format({ price: '' }), '$0.00');
  });

  it('has the digits of its currency', async () => {
    assert.equal(await format({ price: '10', code: 'JPY' }), '¥1,500');
    assert.equal(await format({ price: 10, code: 'KWD' }), 'KWD\u00a03.000');
    assert.equal(await format({ price: -5, convert: 0 }), '-$5.00');
    assert.equal(await format({ price: -0.001 }), '$0.00');
    assert.equal(await format({ price: 1.005 }), '$1.01');
    assert.equal(
      await format({ price: 1000000.456, code: 'EUR', convert: false, without_currency: true }),
      '1,000,000.46',
    );
  });

  it('is written in the manner of the locale', async () => {
    await setLocale('de_DE');

    assert.equal(await format({ price: 2469, code: 'EUR' }), '1.234,50\u00a0€');

    await setLocale('not a locale');
    assert.equal(await format({ price: 2469, code: 'EUR' }), '€1,234.50');
  });

  it('is exact however long it is', async () => {
    assert.equal(await format({ price: '12345678901234567890.555', convert: false }), '$12,345,678,901,234,567,890.56');
    assert.match(await format({ price: 1e29, code: 'JPY' }), /^¥15,000,/);
    assert.equal(await format({ price: '1e-300' }), '$0.00');
    assert.equal((await app.refusal(guest, 'currency/format', { price: 1e308 })).message, 'Price is too large.');
  });

  it('is refused when it is no number', async () => {
    for (const price of ['many', '1,000', '0x1f', 'NaN', 'Infinity', '1e1000000000', '9'.repeat(10_000), '1 2'])
      assert.equal((await app.refusal(guest, 'currency/format', { price })).message, 'Price must be a valid number.');
    for (const price of [[1], { a: 1 }])
      assert.equal((await app.refusal(guest, 'currency/format', { price })).code, 9999);
    assert.equal(
      (await app.refusal(guest, 'currency/format', { price: 1, code: 'PLN' })).message,
      'Currency not found.',
    );
    assert.equal((await app.refusal(guest, 'currency/format', { price: 1, code: "' or 1=1" })).code, 9999);
  });

  it('follows the pattern and the digits staff chose', async () => {
    await style({ format_pattern: 'EUR {amount},–', fraction_digits: '0' });

    assert.equal(await format({ price: 2469, code: 'EUR' }), 'EUR 1,235,–');
    assert.equal(await format({ price: 2469, code: 'EUR', without_currency: 'yes' }), '1,235');

    await style({ format_pattern: '', fraction_digits: null });
    assert.equal(await format({ price: 2469, code: 'EUR' }), '€1,234.50');
  });

  it('takes no pattern that is not one line of text with one place for the amount', async () => {
    const refused = async (fields: object) =>
      (await app.refusal(admin, 'currency/update', { code: 'EUR', ...fields })).message;

    assert.equal(await refused({ format_pattern: ['x'] }), 'Currency format pattern must be plain text.');
    assert.equal(
      await refused({ format_pattern: `{amount}${'x'.repeat(100)}` }),
      'Currency format pattern cannot exceed 100 characters.',
    );
    for (const pattern of ['EUR', '{amount}{amount}', '{Amount}'])
      assert.equal(
        await refused({ format_pattern: pattern }),
        'Currency format pattern must contain exactly one {amount} placeholder.',
      );
    for (const pattern of ['<b>{amount}</b>', '{amount}\nEUR', '{amount}\u0000'])
      assert.equal(
        await refused({ format_pattern: pattern }),
        'Currency format pattern must be a single line of plain text.',
      );
    for (const digits of [7, -1, 1.5, 'two', '1e0', [], true])
      assert.equal(
        await refused({ fraction_digits: digits }),
        'Currency fraction digits must be a whole number between 0 and 6.',
      );
    assert.equal(await format({ price: 2469, code: 'EUR' }), '€1,234.50');
  });
});
