import assert from 'node:assert/strict';
import { DAY, HOUR, MINUTE } from '#core/clock';
import { cron } from '#modules/cron/index';
import { admin, useApp } from '../../support/app.ts';
import { add, configure, json, modulesWith, rates, see, useProvider } from './shop.ts';

describe('exchange rates', () => {
  const provider = useProvider();
  const app = useApp({ modules: [...modulesWith(provider.sources), cron] });
  const update = (): Promise<boolean> => app.call(admin, 'currency/update_rates');
  const refusal = async () => (await app.refusal(admin, 'currency/update_rates')).message;
  const open = (quoted: object, more: object = {}) =>
    json({ result: 'success', base_code: 'USD', rates: { USD: 1, ...quoted }, ...more });

  it('are fetched for a currency that is added without one', async () => {
    provider.answer = open({ EUR: 0.92, JPY: 151.5 });

    await add(app, 'EUR');

    assert.equal((await see(app, 'EUR')).conversion_rate, 0.92);
    assert.deepEqual(
      provider.asked.map(({ url }) => url),
      ['/open/USD'],
    );
  });

  it('are not asked for when there is nothing to know', async () => {
    await add(app, 'EUR', 0.5);
    await app.call(admin, 'currency/update', { code: 'EUR', is_rate_manual: true });

    await update();

    assert.deepEqual(provider.asked, []);
  });

  it('are taken by all currencies but the default and those set by hand', async () => {
    for (const code of ['EUR', 'GBP', 'JPY']) await add(app, code, 3);
    await app.call(admin, 'currency/update', { code: 'GBP', is_rate_manual: 'true' });
    provider.answer = open({ EUR: 0.92, GBP: 0.79, JPY: 151.5 });

    await update();

    assert.deepEqual(await rates(app), { EUR: 0.92, GBP: 3, JPY: 151.5, USD: 1 });
  });

  it('all stay when one is missing or none', async () => {
    await add(app, 'EUR', 3);
    await add(app, 'JPY', 4);
    for (const JPY of [undefined, 0, -1, '151', null, 1e300]) {
      provider.answer = open({ EUR: 0.92, JPY });
      assert.equal(await refusal(), 'Unable to fetch conversion rate for currency: JPY.');
      await app.app.database.knex('currency_quote').del();
    }

    assert.deepEqual(await rates(app), { EUR: 3, JPY: 4, USD: 1 });
  });

  it('all stay when the provider fails, is slow, or talks nonsense', async () => {
    await add(app, 'EUR', 3);
    const answers: (typeof provider.answer)[] = [
      (_request, response) => void response.writeHead(500).end('no'),
      () => undefined, // never answers
      (_request, response) => void response.writeHead(200).write('{"result":'), // never ends
      (_request, response) => void response.end('<html>'),
      (_request, response) => void response.writeHead(302, { location: '/open/EUR' }).end(),
      (_request, response) => void response.end(`"${'x'.repeat(2_000_000)}"`),
      (_request, response) => void response.destroy(),
      json({ result: 'error', 'error-type': 'invalid-key' }),
      json({ result: 'success', base_code: 'GBP', rates: { EUR: 1.2 } }),
      json(null),
      json({ result: 'success', base_code: 'USD', rates: [1, 2] }),
      json({ result: 'success', base_code: 'USD', rates: { __proto__: { EUR: 5 } } }),
    ];

    for (const answer of answers) {
      provider.answer = answer;
      assert.equal(await refusal(), 'Unable to fetch conversion rate for currency: EUR.');
      app.clock.advance(2 * MINUTE);
      await app.app.database.knex('currency_quote').del();
    }

    assert.equal(provider.asked.length, answers.length);
    assert.equal((await see(app, 'EUR')).conversion_rate, 3);
  });

  it('are not waited for again right after they could not be had', async () => {
    provider.answer = () => undefined;
    await add(app, 'EUR');

    await add(app, 'GBP');
    await refusal();
    assert.equal(provider.asked.length, 1);

    app.clock.advance(2 * MINUTE);
    provider.answer = open({ EUR: 0.92, GBP: 0.79 });
    await update();
    assert.deepEqual(await rates(app), { EUR: 0.92, GBP: 0.79, USD: 1 });
  });

  it('are asked for with the key of staff', async () => {
    await configure(app, { exchangerate_api_key: ' k/1 ' });
    provider.answer = json({ result: 'success', base_code: 'USD', conversion_rates: { EUR: 0.92 } });

    await add(app, 'EUR');

    assert.deepEqual(
      provider.asked.map(({ url }) => url),
      ['/keyed/k%2F1/latest/USD'],
    );
    assert.equal((await see(app, 'EUR')).conversion_rate, 0.92);
  });

  it('come from the Currency Data API when staff chose that', async () => {
    await configure(app, { provider: 'currency_data_api', currencydata_key: 'k1' });
    provider.answer = json({ success: true, source: 'USD', quotes: { USDEUR: 0.91, USDJPY: 149, EURGBP: 7 } });

    await add(app, 'EUR');

    assert.deepEqual(
      provider.asked.map(({ url, headers }) => [url, headers['apikey']]),
      [['/data?source=USD', 'k1']],
    );
    assert.equal((await see(app, 'EUR')).conversion_rate, 0.91);
  });

  it('come from currencylayer when staff chose that', async () => {
    await configure(app, { provider: 'currencylayer', currencylayer_key: 'k&2' });
    provider.answer = json({ success: true, source: 'USD', quotes: { USDEUR: 0.93 } });

    await add(app, 'EUR');

    assert.deepEqual(
      provider.asked.map(({ url }) => url),
      ['/layer?access_key=k%262&source=USD'],
    );
    assert.equal((await see(app, 'EUR')).conversion_rate, 0.93);
  });

  it('need a key where the provider does', async () => {
    await add(app, 'EUR', 2);
    for (const [name, title] of [
      ['currency_data_api', 'Currency Data API'],
      ['currencylayer', 'currencylayer'],
    ]) {
      await configure(app, { provider: name });
      assert.equal(await refusal(), `You must configure your API key to use ${title} as an exchange rate data source.`);
    }
    await add(app, 'GBP'); // is not held up by it
    assert.deepEqual([await rates(app), provider.asked], [{ EUR: 2, GBP: 1, USD: 1 }, []]);
  });

  it('are kept for as long as staff say', async () => {
    await configure(app, { sync_rate: '1h' });
    provider.answer = open({ EUR: 0.92 }, { time_next_update_unix: 1 });
    await add(app, 'EUR');
    provider.answer = open({ EUR: 0.95 });

    app.clock.advance(HOUR - MINUTE);
    await update();
    assert.equal((await see(app, 'EUR')).conversion_rate, 0.92);

    app.clock.advance(2 * MINUTE);
    await update();
    assert.equal((await see(app, 'EUR')).conversion_rate, 0.95);
    assert.equal(provider.asked.length, 2);
  });

  it('are kept until the provider has the next ones when staff leave it to it, but never for long', async () => {
    const next = (milliseconds: number) => ({
      time_next_update_unix: (app.clock.now().getTime() + milliseconds) / 1000,
    });
    const askedAfter = async (milliseconds: number): Promise<number> => {
      app.clock.advance(milliseconds);
      await update();
      return provider.asked.length;
    };
    provider.answer = open({ EUR: 0.92 }, next(3 * HOUR));
    await add(app, 'EUR');
    provider.answer = open({ EUR: 0.93 }, next(1000 * DAY));

    assert.equal(await askedAfter(2 * HOUR), 1);
    assert.equal(await askedAfter(2 * HOUR), 2);
    assert.equal(await askedAfter(DAY), 2);
    assert.equal(await askedAfter(DAY + MINUTE), 3);
  });

  it('are kept for all processes', async () => {
    provider.answer = open({ EUR: 0.92, GBP: 0.79 });
    await add(app, 'EUR');

    await app.together((other) => other.scheduler.run('currency.sync_rates'));

    assert.equal(provider.asked.length, 1);
  });

  it('are worth the same when the default changes while they are fetched', async () => {
    await add(app, 'EUR', 0.5);
    await add(app, 'JPY', 100);
    provider.answer = (request, response) => {
      void app.call(admin, 'currency/set_default', { code: 'EUR' }).then(() => {
        open({ EUR: 0.8, JPY: 160 })(request, response);
      });
    };

    await update();

    // 160 yen for a dollar, which is half of what a euro costs: the euro itself is the default now and was not asked about.
    assert.deepEqual(await rates(app), { EUR: 1, JPY: 320, USD: 2 });
  });

  it('are brought up to date by cron unless staff say never', async () => {
    await add(app, 'EUR', 3);
    provider.answer = open({ EUR: 0.92 });
    assert.equal(await app.call(admin, 'currency/is_cron_enabled'), true);

    await configure(app, { sync_rate: 'never' });
    assert.equal(await app.call(admin, 'currency/is_cron_enabled'), false);
    assert.equal(await app.call(admin, 'cron/run'), true);
    assert.equal((await see(app, 'EUR')).conversion_rate, 3);

    await configure(app, { sync_rate: '1d' });
    app.clock.advance(HOUR);
    assert.equal(await app.call(admin, 'cron/run'), true);
    assert.equal((await see(app, 'EUR')).conversion_rate, 0.92);
  });

  it('that cannot be had do not make a run of cron fail', async () => {
    await add(app, 'EUR', 3);
    provider.answer = (_request, response) => void response.writeHead(503).end();

    assert.equal(await app.call(admin, 'cron/run'), true);

    assert.equal((await see(app, 'EUR')).conversion_rate, 3);
  });

  it('never put a key into the log or the answer', async () => {
    await configure(app, { exchangerate_api_key: 'top-secret-key' });
    await add(app, 'EUR', 3);
    provider.answer = (_request, response) => void response.writeHead(403).end('top-secret-key');

    assert.ok(!(await refusal()).includes('top-secret-key'));
  });
});
