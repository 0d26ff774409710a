import assert from 'node:assert/strict';
import supertest from 'supertest';
import { product } from '#modules/product/index';
import { ADMIN, admin, useApp } from '../../support/app.ts';
import { buildProduct } from '../../support/build/product.ts';
import { add, modules, rates, see, type SeenCurrency } from './shop.ts';

describe('another default currency', () => {
  const app = useApp({ modules: [...modules, product] });
  const choose = (code: string): Promise<boolean> => app.call(admin, 'currency/set_default', { code });
  const defaults = async (): Promise<string[]> => {
    const { list } = await app.call<{ list: SeenCurrency[] }>(admin, 'currency/get_list');
    return list.filter((one) => one.default).map(({ code }) => code);
  };
  beforeEach(async () => {
    await add(app, 'EUR', 0.5);
    await add(app, 'JPY', 150);
    await add(app, 'KWD', 0.307);
  });

  it('has the rate 1, and all others keep what they are worth in each other', async () => {
    await choose('EUR');

    assert.deepEqual(await rates(app), { EUR: 1, JPY: 300, KWD: 0.614, USD: 2 });
    assert.deepEqual(await defaults(), ['EUR']);
  });

  it('leaves every rate as it was when it goes back', async () => {
    for (const code of ['JPY', 'KWD', 'EUR', 'KWD', 'USD']) await choose(code);

    assert.deepEqual(await rates(app), { EUR: 0.5, JPY: 150, KWD: 0.307, USD: 1 });
  });

  it('is no change when it is the default already, and refused when it is not there', async () => {
    await choose('usd');

    assert.equal((await app.refusal(admin, 'currency/set_default', { code: 'PLN' })).message, 'Currency not found.');
    assert.deepEqual(await defaults(), ['USD']);
  });

  it('has no rate set by hand', async () => {
    await app.call(admin, 'currency/update', { code: 'EUR', is_rate_manual: true });

    await choose('EUR');

    const row: { is_rate_manual: unknown } | undefined = await app.app.database
      .knex('currency')
      .where({ code: 'EUR' })
      .first();
    assert.equal(Number(row?.is_rate_manual), 0);
  });

  it('is one, also when several are chosen at once', async () => {
    await app.together(async (other) => {
      const elsewhere = async (code: string): Promise<void> => {
        const path = '/api/admin/currency/set_default';
        const { body } = await supertest(other.server).post(path).auth('admin', ADMIN.token).send({ code });
        assert.deepEqual(body, { result: true, error: null });
      };
      await Promise.all(['EUR', 'JPY', 'KWD', 'USD'].flatMap((code) => [choose(code), elsewhere(code)]));
    });

    const [code = '', ...more] = await defaults();
    assert.deepEqual(more, []);
    assert.equal((await see(app, code)).conversion_rate, 1);
    await choose('USD');
    assert.deepEqual(await rates(app), { EUR: 0.5, JPY: 150, KWD: 0.307, USD: 1 });
  });

  it('leaves no two defaults to a database that is written past us', async () => {
    const db = app.app.database.knex;

    await assert.rejects(async () => db('currency').where({ code: 'EUR' }).update({ is_default: true }));
  });

  it('keeps the numbers of prices, in its own digits', async () => {
    const id = await buildProduct(app);
    const pricing = {
      type: 'recurrent',
      once: { price: 3, setup: 1 },
      recurrent: { '1M': { price: 10.5, setup: 2, enabled: 1 } },
    };
    await app.call(admin, 'product/update', { id, pricing });
    const monthly = async () => {
      const { pricing } = await app.call<{ pricing: { recurrent: Record<string, { price: number; setup: number }> } }>(
        admin,
        'product/get',
        { id },
      );
      return [pricing.recurrent['1M']?.price, pricing.recurrent['1M']?.setup];
    };
    const labels = async (): Promise<string[]> => {
      const db = app.app.database.knex;
      const found: { currency: string }[] = [
        ...((await db('product_payment').distinct('currency')) as { currency: string }[]),
        ...((await db('tld').distinct('currency')) as { currency: string }[]),
      ];
      return found.map(({ currency }) => currency);
    };

    await choose('EUR');
    assert.deepEqual(
      [await monthly(), await labels()],
      [
        [10.5, 2],
        ['EUR', 'EUR'],
      ],
    );

    await choose('KWD');
    assert.deepEqual(
      [await monthly(), await labels()],
      [
        [10.5, 2],
        ['KWD', 'KWD'],
      ],
    );

    await choose('JPY'); // has no cents
    assert.deepEqual(
      [await monthly(), await labels()],
      [
        [11, 2],
        ['JPY', 'JPY'],
      ],
    );

    await choose('USD');
    assert.deepEqual(
      [await monthly(), await labels()],
      [
        [11, 2],
        ['USD', 'USD'],
      ],
    );
  });

  it('leaves no price under the old name when prices are set meanwhile', async () => {
    const ids = await Promise.all([buildProduct(app), buildProduct(app), buildProduct(app)]);
    const reprice = (id: number, price: number) =>
      app.call(admin, 'product/update', { id, pricing: { type: 'once', once: { price } } });

    await Promise.all([
      ...ids.map((id) => reprice(id, 7)),
      choose('JPY'),
      ...ids.map((id) => reprice(id, 8)),
      buildProduct(app),
    ]);

    const found: { currency: string }[] = await app.app.database.knex('product_payment').distinct('currency');
    assert.deepEqual(
      found.map(({ currency }) => currency),
      ['JPY'],
    );
    for (const id of ids) {
      const { pricing } = await app.call<{ pricing: { once: { price: number } } }>(admin, 'product/get', { id });
      assert.ok([7, 8].includes(pricing.once.price), String(pricing.once.price));
    }
  });
});
