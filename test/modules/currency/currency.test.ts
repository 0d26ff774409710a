import assert from 'node:assert/strict';
import { before as asked, on } from '#core/listener';
import { conflict } from '#core/error';
import { money } from '#core/money';
import { defineModule } from '#core/module';
import {
  currencyBeingRemoved,
  currencyRemoved,
  currencyService,
  type CurrencyService,
} from '#modules/currency/contract';
import { admin, guest, staff as staffCaller, useApp } from '../../support/app.ts';
import { add, modules, rates, see, type SeenCurrency } from './shop.ts';
import { buildStaff } from '../../support/build/staff.ts';

let lent: CurrencyService;
const gone: string[] = [];

/** A module with amounts in pounds. */
const ledger = defineModule({
  name: 'ledger',
  title: 'Ledger',
  version: '1.0.0',
  isEssential: true,
  uses: { currencies: currencyService },
  migrations: [],
  setup({ currencies }) {
    lent = currencies;
    return {
      hooks: [
        asked(currencyBeingRemoved, async (_tx, { code }) => {
          if (code === 'GBP') throw conflict('ledger.in_use', 'There are amounts in GBP.');
        }),
      ],
      listeners: [
        on(currencyRemoved, 'note', async (_ctx, { code }) => {
          gone.push(code);
        }),
      ],
    };
  },
});

describe('currencies', () => {
  const app = useApp({ modules: [...modules, ledger] });
  const dollar = { code: 'USD', name: 'US Dollar', symbol: '$', conversion_rate: 1, default: true };

  it('begin with the dollar', async () => {
    assert.deepEqual(await app.call(admin, 'currency/get_default'), dollar);
    assert.deepEqual(await app.call(guest, 'currency/get'), dollar);
    assert.deepEqual(await app.call(guest, 'currency/get_pairs'), { USD: 'US Dollar' });
  });

  it('are added with a rate and seen by code, whatever its case', async () => {
    assert.equal(await add(app, 'EUR', '0.92'), 'EUR');

    const euro = { code: 'EUR', name: 'Euro', symbol: '€', conversion_rate: 0.92, default: false };
    assert.deepEqual(await see(app, 'eur'), euro);
    assert.deepEqual(await app.call(guest, 'currency/get', { code: 'EUR' }), euro);
    assert.deepEqual(await app.call(guest, 'currency/get_pairs'), { EUR: 'Euro', USD: 'US Dollar' });
  });

  it('are listed by code and found by a part of it', async () => {
    for (const code of ['JPY', 'EUR', 'GBP']) await add(app, code, 2);

    const page = (params: object) =>
      app.call<{ total: number; pages: number; list: SeenCurrency[] }>(admin, 'currency/get_list', params);
    assert.deepEqual(
      (await page({})).list.map(({ code }) => code),
      ['EUR', 'GBP', 'JPY', 'USD'],
    );
    assert.deepEqual(
      (await page({ search: 'p' })).list.map(({ code }) => code),
      ['GBP', 'JPY'],
    );
    const second = await page({ per_page: 3, page: 2 });
    assert.deepEqual([second.total, second.pages, second.list.length], [4, 2, 1]);
  });

  it('have a choice of all there are in the world', async () => {
    const pairs = await app.call<Record<string, string>>(admin, 'currency/get_pairs');

    assert.equal(pairs['KWD'], 'KWD (Kuwaiti Dinar)');
    assert.ok(Object.keys(pairs).length > 150);
  });

  it('have a rate of 1 when nobody tells another, at once and without a network', async () => {
    const begun = performance.now();

    await add(app, 'EUR');
    await add(app, 'GBP', '  ');

    assert.deepEqual(await rates(app), { EUR: 1, GBP: 1, USD: 1 });
    assert.ok(performance.now() - begun < 2000);
  });

  it('are refused when they are there, unknown, or without a sound rate', async () => {
    const refusal = async (params: object) => (await app.refusal(admin, 'currency/create', params)).message;

    assert.equal(await refusal({}), 'Currency code is missing');
    assert.equal(await refusal({ code: 'USD' }), 'Currency already registered.');
    assert.equal(await refusal({ code: 'usd' }), 'Currency already registered.');
    for (const code of ['ZZZ', 'eur', 'EURO', '€', "E'; drop table currency", 'E\u0000R'])
      assert.equal(await refusal({ code, conversion_rate: 1 }), 'Currency code is invalid.');
    for (const rate of [-1, 0, 'many', '1e999', '-0'])
      assert.equal(
        await refusal({ code: 'EUR', conversion_rate: rate }),
        'Currency conversion rate must be a positive number.',
      );
    assert.equal(
      await refusal({ code: 'EUR', is_rate_manual: true }),
      'A conversion rate is required when manual override is enabled.',
    );
    assert.deepEqual(await rates(app), { USD: 1 });
  });

  it('are added once when two add the same at the same moment', async () => {
    const answers = await Promise.allSettled(
      [0.9, 0.8, 0.7].map((rate) => app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: rate })),
    );

    assert.equal(answers.filter(({ status }) => status === 'fulfilled').length, 1);
    const lost = answers.flatMap((answer) => (answer.status === 'rejected' ? [String(answer.reason)] : []));
    assert.ok(
      lost.every((reason) => reason.includes('Currency already registered.')),
      lost.join(),
    );
  });

  it('get another rate, and keep it when none is sent', async () => {
    await add(app, 'EUR', 0.92);

    await app.call(admin, 'currency/update', { code: 'EUR', conversion_rate: '0.5' });
    await app.call(admin, 'currency/update', { code: 'EUR' });

    assert.equal((await see(app, 'EUR')).conversion_rate, 0.5);
  });

  it('refuse a rate that is none', async () => {
    await add(app, 'EUR', 0.92);

    for (const rate of [0, -2, 'many', '', 1e300]) {
      const { message, code } = await app.refusal(admin, 'currency/update', { code: 'EUR', conversion_rate: rate });
      assert.deepEqual([message, code], ['Currency conversion rate is invalid.', 151]);
    }
    assert.equal((await app.refusal(admin, 'currency/update', { code: 'PLN' })).message, 'Currency not found.');
    assert.equal((await see(app, 'EUR')).conversion_rate, 0.92);
  });

  it('have 1 as the rate of the default, whatever is sent', async () => {
    await app.call(admin, 'currency/update', { code: 'USD', conversion_rate: 3 });

    assert.equal((await see(app, 'USD')).conversion_rate, 1);
    const { message } = await app.refusal(admin, 'currency/update', { code: 'USD', is_rate_manual: 1 });
    assert.equal(message, 'The default currency cannot use a manual rate override.');
  });

  it('are removed, which is told', async () => {
    gone.length = 0;
    await add(app, 'EUR', 0.92);

    await app.call(admin, 'currency/delete', { code: 'EUR' });
    await app.settle();

    assert.deepEqual([await rates(app), gone], [{ USD: 1 }, ['EUR']]);
    assert.equal((await app.refusal(admin, 'currency/delete', { code: 'EUR' })).message, 'Currency not found.');
  });

  it('stay when something is in them, and the default always', async () => {
    await add(app, 'GBP', 0.79);

    assert.equal((await app.refusal(admin, 'currency/delete', { code: 'GBP' })).message, 'There are amounts in GBP.');
    const { message } = await app.refusal(admin, 'currency/delete', { code: 'USD' });
    assert.equal(message, 'Cannot remove the default currency.');
    assert.deepEqual(await rates(app), { GBP: 0.79, USD: 1 });
  });

  it('are lent to other modules', async () => {
    await add(app, 'JPY', 150);
    const yen = await lent.find(app.system(), 'JPY');
    assert.ok(yen);

    assert.deepEqual(lent.fromDefault(money(1001, 'USD'), yen), money(1502, 'JPY'));
    assert.deepEqual(lent.toDefault(money(1500, 'JPY'), yen, 'USD'), money(1000, 'USD'));
    assert.deepEqual(lent.toDefault(money(5, 'USD'), { code: 'USD', rate: yen.rate }, 'USD'), money(5, 'USD'));
    assert.equal(yen.rateText, '150.000000');
    assert.equal(await lent.format(app.system(), money(123450, 'USD')), '$1,234.50');
    assert.equal(await lent.format(app.system(), money(-1500, 'JPY'), { locale: 'de_DE' }), '-1.500\u00a0¥');
    assert.equal(await lent.format(app.system(), money(1234567, 'KWD'), { withoutCurrency: true }), '1,234.567');
  });

  it('are for staff who may', async () => {
    const may: readonly [string, string, object][] = [
      ['get_list', 'view', {}],
      ['get_pairs', 'view', {}],
      ['get', 'view', { code: 'USD' }],
      ['get_default', 'view', {}],
      ['is_cron_enabled', 'view', {}],
      ['create', 'create', { code: 'EUR', conversion_rate: 1 }],
      ['update', 'edit', { code: 'USD' }],
      ['update_rates', 'update_rates', {}],
      ['delete', 'delete', { code: 'USD' }],
      ['set_default', 'set_default', { code: 'USD' }],
    ];
    const { caller: viewer } = await buildStaff(app, { permissions: { currency: { access: 1, view: 1 } } });

    for (const [method, key, params] of may) {
      assert.equal((await app.refusal(staffCaller('nobody'), `currency/${method}`, params)).status, 401);
      if (key === 'view') await app.call(viewer, `currency/${method}`, params);
      else assert.equal((await app.refusal(viewer, `currency/${method}`, params)).code, 403, method);
    }
  });
});
