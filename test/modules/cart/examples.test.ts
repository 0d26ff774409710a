import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildShopper, once } from '../../support/build/cart.ts';
import { buildProduct, buildPromo } from '../../support/build/product.ts';

interface Example {
  /** Price, quantity and set-up fee of each line. */
  readonly lines: readonly (readonly [price: number, quantity: number, setup: number])[];
  readonly promo: object;
  readonly taxRate?: string;
  readonly currencyRate?: number;
  /** Per line: off the price, off the set-up, and both. */
  readonly discounts: readonly (readonly number[])[];
  /** Subtotal, discount and total. */
  readonly cart: readonly number[];
  /** Price, quantity and discount of each order. */
  readonly orders: readonly (readonly number[])[];
  /** Quantity and price of each line; none when there is no invoice. */
  readonly invoice: readonly (readonly [quantity: number, price: number])[];
  /** Net, tax and gross. */
  readonly totals?: readonly number[];
}

/** The worked examples of the contract, by their letters. */
const EXAMPLES: Readonly<Record<string, Example>> = {
  A: {
    lines: [[10, 3, 5]],
    promo: { type: 'percentage', value: 15, freesetup: 1 },
    taxRate: '20',
    discounts: [[4.5, 5, 9.5]],
    cart: [35, 9.5, 25.5],
    orders: [[10, 3, 4.5]],
    invoice: [
      [3, 10],
      [1, -4.5],
      [1, 0],
    ],
    totals: [25.5, 5.1, 30.6],
  },
  B: {
    lines: [[10, 1, 0]],
    promo: { type: 'absolute', value: 25 },
    discounts: [[10, 0, 10]],
    cart: [10, 10, 0],
    orders: [[10, 1, 10]],
    invoice: [],
  },
  C: {
    lines: [[10, 1, 10]],
    promo: { type: 'absolute', value: 15 },
    taxRate: '20',
    discounts: [[15, 0, 15]],
    cart: [20, 15, 5],
    orders: [[10, 1, 15]],
    invoice: [
      [1, 10],
      [1, -15],
      [1, 10],
    ],
    totals: [5, 1, 6],
  },
  // Where the contract has an invoice of 0.00 for a cart of 10.00, the invoice is that of the cart.
  D: {
    lines: [[10, 1, 10]],
    promo: { type: 'absolute', value: 12, freesetup: 1 },
    discounts: [[10, 10, 10]],
    cart: [20, 10, 10],
    orders: [[10, 1, 10]],
    invoice: [
      [1, 10],
      [1, -10],
      [1, 10],
    ],
    totals: [10, 0, 10],
  },
  E: {
    lines: [
      [10, 1, 0],
      [20, 2, 0],
    ],
    promo: { type: 'absolute', value: 5 },
    taxRate: '20',
    discounts: [
      [5, 0, 5],
      [5, 0, 5],
    ],
    cart: [50, 10, 40],
    orders: [
      [10, 1, 5],
      [20, 2, 5],
    ],
    invoice: [
      [1, 10],
      [1, -5],
      [2, 20],
      [1, -5],
    ],
    totals: [40, 8, 48],
  },
  F: {
    lines: [[10, 3, 5]],
    promo: { type: 'percentage', value: 15, freesetup: 1 },
    taxRate: '19',
    currencyRate: 0.85,
    discounts: [[4.5, 5, 9.5]],
    cart: [35, 9.5, 25.5],
    orders: [[8.5, 3, 3.83]],
    invoice: [
      [3, 8.5],
      [1, -3.83],
      [1, 0],
    ],
    totals: [21.67, 4.12, 25.79],
  },
  G: {
    lines: [[9.99, 3, 0]],
    promo: { type: 'percentage', value: 33 },
    taxRate: '21',
    discounts: [[9.89, 0, 9.89]],
    cart: [29.97, 9.89, 20.08],
    orders: [[9.99, 3, 9.89]],
    invoice: [
      [3, 9.99],
      [1, -9.89],
    ],
    totals: [20.08, 4.22, 24.3],
  },
  H: {
    lines: [[19.99, 1, 0]],
    promo: { type: 'percentage', value: 10 },
    currencyRate: 1.1,
    discounts: [[2, 0, 2]],
    cart: [19.99, 2, 17.99],
    orders: [[21.99, 1, 2.2]],
    invoice: [
      [1, 21.99],
      [1, -2.2],
    ],
    totals: [19.79, 0, 19.79],
  },
};

describe('what a checkout costs', () => {
  const app = useApp();

  for (const [letter, example] of Object.entries(EXAMPLES)) {
    it(`is the same in the cart, the orders and on the invoice: example ${letter}`, async () => {
      const buyer = await buildShopper(app, { country: 'FR' });
      if (example.taxRate !== undefined) {
        await app.call(admin, 'invoice/tax_create', { name: 'TVA', taxrate: example.taxRate, country: 'FR' });
        await app.call(admin, 'system/update_params', { tax_enabled: 1 });
      }
      const promoId = await buildPromo(app, { code: 'SAVE', ...example.promo });
      for (const [price, quantity, setup] of example.lines)
        await buyer.add(await buildProduct(app, { fields: once(price, setup) }), { quantity, multiple: 1 });
      if (example.currencyRate !== undefined) {
        await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: example.currencyRate });
        await buyer.call('guest/cart/set_currency', { currency: 'EUR' });
      }
      await buyer.call('guest/cart/apply_promo', { promocode: 'SAVE' });

      const cart = await buyer.cart();
      const answer = await buyer.checkout();

      assert.deepEqual(
        cart.items.map(({ discount_price, discount_setup, discount }) => [discount_price, discount_setup, discount]),
        example.discounts,
      );
      assert.deepEqual([cart.subtotal, cart.discount, cart.total], example.cart);
      const orders = [];
      for (const id of answer.orders) orders.push(await app.call<Seen>(admin, 'order/get', { id }));
      assert.deepEqual(
        orders.map(({ price, quantity, discount }) => [price, quantity, discount]),
        example.orders,
      );
      const promo = await app.call<{ used: number }>(admin, 'product/promo_get', { id: promoId });
      assert.equal(promo.used, example.lines.length);
      if (example.totals === undefined) {
        assert.equal(answer.invoice_hash, null);
        assert.deepEqual(
          orders.map(({ status }) => status),
          ['active'],
        );
        return;
      }
      const { lines, subtotal, tax, total } = await app.call<SeenInvoice>(buyer.account.caller, 'invoice/get', {
        hash: answer.invoice_hash,
      });
      assert.deepEqual(
        lines.map(({ quantity, price }) => [quantity, price]),
        example.invoice,
      );
      assert.deepEqual([subtotal, tax, total], example.totals);
    });
  }

  it('is nothing in any currency when it is nothing in the cart', async () => {
    const buyer = await buildShopper(app);
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.8461 });
    await buildPromo(app, { code: 'GIFT', value: 100 });
    await buyer.add(await buildProduct(app, { fields: once(1) }), { quantity: 100 });
    await buyer.call('guest/cart/apply_promo', { promocode: 'GIFT' });
    await buyer.call('guest/cart/set_currency', { currency: 'EUR' });

    const answer = await buyer.checkout();

    const { price, discount, status } = await app.call<Seen>(admin, 'order/get', { id: answer.order_id });
    assert.deepEqual([answer.invoice_hash, price, discount, status], [null, 0.85, 85, 'active']);
  });

  it('is counted in whole yen where a currency has nothing smaller', async () => {
    const buyer = await buildShopper(app);
    await app.call(admin, 'currency/create', { code: 'JPY', conversion_rate: 149.5 });
    await buyer.add(await buildProduct(app, { fields: once(9.99, 0.5) }), { quantity: 2 });
    await buyer.call('guest/cart/set_currency', { currency: 'JPY' });

    const answer = await buyer.checkout();

    const invoice = await app.call<SeenInvoice>(buyer.account.caller, 'invoice/get', { hash: answer.invoice_hash });
    assert.deepEqual([invoice.lines.map(({ price }) => price), invoice.total], [[1494, 75], 3063]);
  });
});

interface Seen {
  readonly status: string;
  readonly price: number;
  readonly quantity: number;
  readonly discount: number;
}

interface SeenInvoice {
  readonly subtotal: number;
  readonly tax: number;
  readonly total: number;
  readonly lines: readonly Seen[];
}
