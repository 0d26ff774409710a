import assert from 'node:assert/strict';
import { atomic } from '#core/context';
import { zero } from '#core/money';
import { productService, type ProductService } from '#modules/product/contract';
import { pricingFrom, repriced, startingPrice } from '#modules/product/pricing';
import { slugOf } from '#modules/product/slug';
import { admin, guest } from '../../support/app.ts';
import { buildProduct } from '../../support/build/product.ts';
import { useShop } from './shop.ts';

interface Priced {
  pricing: {
    type: string;
    once: { price: number; setup: number };
    recurrent: Record<string, { price: number; setup: number; enabled: boolean; title: string }>;
  };
  price_starting_from: number | null;
}

describe('product pricing', () => {
  const app = useShop();
  const priced = (id: number) => app.call<Priced>(admin, 'product/get', { id });
  const reprice = (id: number, pricing: object) => app.call(admin, 'product/update', { id, pricing });
  const products = (): ProductService => app.app.service(productService);

  it('lists seven periods that nobody set as free and enabled', async () => {
    const { pricing, price_starting_from } = await priced(await buildProduct(app));

    assert.equal(pricing.type, 'free');
    assert.deepEqual(Object.keys(pricing.recurrent), ['1W', '1M', '3M', '6M', '1Y', '2Y', '3Y']);
    assert.deepEqual(pricing.recurrent['3M'], { price: 0, setup: 0, enabled: true, title: 'Every 3 Months' });
    assert.equal(price_starting_from, 0);
  });

  it('reads numbers and text, rounding half up', async () => {
    const id = await buildProduct(app);
    const once = async (price: unknown, setup?: unknown) => {
      await reprice(id, { type: 'once', once: { price, setup } });
      return (await priced(id)).pricing.once;
    };

    assert.deepEqual(await once(0.1, 0.2), { price: 0.1, setup: 0.2 });
    assert.deepEqual(await once('19.996', '0.004'), { price: 20, setup: 0 });
    assert.deepEqual(await once('1.005', 2.675), { price: 1.01, setup: 2.68 });
    assert.deepEqual(await once(9999999.99), { price: 9999999.99, setup: 0 });
    assert.deepEqual(await once('', null), { price: 0, setup: 0 });
  });

  it('refuses prices that are absurd or no numbers, and keeps the old ones', async () => {
    const id = await buildProduct(app, { fields: { pricing: { type: 'once', once: { price: 5 } } } });
    const refusals = {
      'Price is too large.': [1e12, '99999999999999999999', 1e300],
      'Price must be a valid number.': ['abc', '1e999999999', true, [], {}, '1,5'],
    };

    for (const [message, prices] of Object.entries(refusals))
      for (const price of prices) {
        const error = await app.refusal(admin, 'product/update', { id, pricing: { type: 'once', once: { price } } });
        assert.match(error.message, /^Price /, String(price));
        if (message !== 'Price is too large.') assert.equal(error.message, message);
      }
    assert.equal((await priced(id)).pricing.once.price, 5);
  });

  it('keeps periods that are not sent and drops none', async () => {
    const id = await buildProduct(app);
    await reprice(id, {
      type: 'recurrent',
      recurrent: {
        '1M': { price: '10.00', setup: '5', enabled: 1 },
        '1Y': { price: 96, enabled: '1' },
        odd: 'skipped',
      },
    });

    await reprice(id, { type: 'recurrent', recurrent: { '1M': { price: 11 }, '3Y': { price: 1, enabled: 0 } } });

    const { recurrent } = (await priced(id)).pricing;
    assert.deepEqual(recurrent['1M'], { price: 11, setup: 0, enabled: false, title: 'Every Month' });
    assert.equal(recurrent['1Y']?.price, 96);
    assert.equal(recurrent['1W']?.enabled, true);
  });

  it('takes periods of the shop itself, once under one name, and lists them last', async () => {
    const id = await buildProduct(app);

    await reprice(id, {
      type: 'recurrent',
      recurrent: { '045d': { price: 3, enabled: 1 }, '45D': { price: 4, enabled: 1 } },
    });

    const { recurrent } = (await priced(id)).pricing;
    assert.deepEqual(Object.keys(recurrent).at(-1), '45D');
    assert.deepEqual(recurrent['45D'], { price: 4, setup: 0, enabled: true, title: 'Every 45 days' });
  });

  it('refuses a period that does not exist', async () => {
    const id = await buildProduct(app);

    for (const code of ['13X', '99Y', '0M', 'constructor']) {
      const pricing = { type: 'recurrent', recurrent: { [code]: { price: 1 } } };
      const error = await app.refusal(admin, 'product/update', { id, pricing });
      assert.equal(error.message, `Invalid billing period ${code}`);
    }
  });

  it('asks for a type of payment', async () => {
    const id = await buildProduct(app);

    for (const pricing of [{}, { type: 'weekly' }, { once: { price: 1 } }]) {
      const error = await app.refusal(admin, 'product/update', { id, pricing });
      assert.equal(error.message, 'Pricing type is required');
    }
  });

  it('starts from the lowest enabled price, or from none', async () => {
    const id = await buildProduct(app);
    const all = (enabled: number, price: number) =>
      Object.fromEntries(['1W', '1M', '3M', '6M', '1Y', '2Y', '3Y'].map((code) => [code, { price, enabled }]));

    await reprice(id, {
      type: 'recurrent',
      recurrent: { ...all(1, 9), '1M': { price: 2.5, enabled: 1 }, '1W': { price: 1 } },
    });
    assert.equal((await priced(id)).price_starting_from, 2.5);

    await reprice(id, { type: 'recurrent', recurrent: all(0, 1) });
    assert.equal((await priced(id)).price_starting_from, null);
  });

  it('does not let two changes at once lose a period', async () => {
    const id = await buildProduct(app);

    await Promise.all(
      ['1M', '1Y', '2Y'].map((code) =>
        reprice(id, { type: 'recurrent', recurrent: { [code]: { price: 7, enabled: 1 } } }),
      ),
    );

    const { recurrent } = (await priced(id)).pricing;
    assert.deepEqual(
      ['1M', '1Y', '2Y'].map((code) => recurrent[code]?.price),
      [7, 7, 7],
    );
  });

  it('counts in the digits of the currency of the shop', async () => {
    await app.call(admin, 'currency/create', { code: 'JPY', conversion_rate: 150 });
    await app.call(admin, 'currency/set_default', { code: 'JPY' });
    const id = await buildProduct(app);

    await reprice(id, { type: 'once', once: { price: '1200.5' } });

    assert.equal((await priced(id)).pricing.once.price, 1201);
  });

  it('shows the prices of domain names, and the registrar to staff only', async () => {
    interface Domain {
      pricing: Record<string, { price_registration: string; registrar?: object }>;
      price_starting_from: number;
    }

    const seen = await app.call<Domain>(guest, 'product/get', { id: 1 });
    const forStaff = await app.call<Domain>(admin, 'product/get', { id: 1 });

    assert.equal(seen.pricing['.com']?.price_registration, '11.99');
    assert.equal(seen.price_starting_from, 11.99);
    assert.equal(seen.pricing['.com']?.registrar, undefined);
    assert.deepEqual(forStaff.pricing['.com']?.registrar, { id: 1, title: 'Custom' });
  });

  describe('lent to other modules', () => {
    it('tells the price of a period', async () => {
      const id = await buildProduct(app);
      await reprice(id, {
        type: 'recurrent',
        recurrent: { '1M': { price: 10, setup: 5, enabled: 1 }, '1W': { price: 1 } },
      });
      const product = await products().get(app.system(), id);

      assert.equal(products().priceOf(product, '1M').price.amount, 1000);
      assert.equal(products().offersPeriod(product, '1m'), false);
      assert.throws(() => products().priceOf(product, '1W'), {
        message: 'Selected billing period is not available for this product',
      });
      assert.throws(() => products().priceOf(product, undefined), {
        message: `Product ${id} payment type is recurrent, but period was not selected`,
      });
    });

    it('takes no more than there is in stock, also when two ask at once', async () => {
      const id = await buildProduct(app, { fields: { stock_control: 1, quantity_in_stock: 3 } });
      const take = (quantity: number) => takeStock(id, quantity);

      const outcomes = await Promise.allSettled([take(2), take(2)]);

      assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      await take(1);
      await assert.rejects(take(1), { code: 'product.out_of_stock' });
    });

    it('takes anything where stock is not counted', async () => {
      const id = await buildProduct(app);

      await takeStock(id, 1000);

      assert.equal((await products().get(app.system(), id)).quantityInStock, 0);
    });

    const takeStock = (id: number, quantity: number) =>
      atomic(app.system(), (tx) => products().takeStock(tx, id, quantity));
  });
});

describe('the arithmetic of prices', () => {
  it('keeps the numbers when the shop changes its currency', () => {
    const dollars = repriced(
      pricingFrom('free', { price: zero('USD'), setup: zero('USD') }, []),
      { type: 'recurrent', recurrent: { '1M': { price: 12, enabled: 1 } } },
      'USD',
    );

    const yen = repriced(dollars, { type: 'recurrent', recurrent: { '1Y': { price: 100, enabled: 1 } } }, 'JPY');

    assert.deepEqual(yen.periods.find(({ code }) => code === '1M')?.price, { amount: 12, currency: 'JPY' });
    assert.deepEqual(startingPrice(yen), { amount: 0, currency: 'JPY' });
  });

  it('makes a slug of any title', () => {
    assert.equal(slugOf('  Big -- Plan! '), 'big-plan');
    assert.equal(slugOf('☁'), 'product');
    assert.ok(slugOf('a b'.repeat(200)).length <= 240);
  });
});
