import assert from 'node:assert/strict';
import { SECOND } from '#core/clock';
import { atomic } from '#core/context';
import { conflict } from '#core/error';
import { productType } from '#core/product';
import { before, on } from '#core/listener';
import { defineModule } from '#core/module';
import { cartAddingProduct, cartCheckingOut, checkoutService, type CheckoutService } from '#modules/cart/contract';
import { shippedModules } from '#modules/index';
import { orderCheckedOut } from '#modules/order/contract';
import { admin, useApp } from '../../support/app.ts';
import { buildShopper, monthly, once, shopper, type SeenCheckout } from '../../support/build/cart.ts';
import { buildClient } from '../../support/build/client.ts';
import { buildAddon, buildProduct, buildPromo } from '../../support/build/product.ts';

let checkouts: CheckoutService | undefined;
let heard: unknown[] = [];
let refusing: string | undefined;
let obstacle: Error | undefined;
const stubborn = productType({
  name: 'stubborn',
  title: 'Stubborn',
  create: (_tx, { id }) => Promise.resolve(id),
  activate: () => (obstacle === undefined ? Promise.resolve(undefined) : Promise.reject(obstacle)),
  show: () => Promise.resolve({}),
});

/** Somebody else's module, who buys for clients and has a say in what they buy. */
const neighbour = defineModule({
  name: 'neighbour',
  title: 'Neighbour',
  version: '1.0.0',
  isEssential: true,
  uses: { checkouts: checkoutService },
  migrations: [],
  setup: (services) => {
    ({ checkouts } = services);
    const refuse = (hook: string) => () =>
      refusing === hook ? Promise.reject(conflict('neighbour.no', 'Not today.')) : Promise.resolve();
    return {
      productTypes: [stubborn],
      hooks: [before(cartAddingProduct, refuse('add')), before(cartCheckingOut, refuse('checkout'))],
      listeners: [on(orderCheckedOut, 'hear', (_ctx, fact) => Promise.resolve(void heard.push(fact)))],
    };
  },
});

describe('client/cart/checkout', () => {
  const app = useApp({ modules: [...shippedModules, neighbour] });
  beforeEach(() => {
    heard = [];
    refusing = undefined;
    obstacle = undefined;
  });
  type Order = Readonly<Record<string, unknown>>;
  interface Invoice {
    readonly id: number;
    readonly status: string;
    readonly subtotal: number;
    readonly tax: number;
    readonly total: number;
    readonly lines: readonly Order[];
  }
  const order = (id: unknown): Promise<Order> => app.call(admin, 'order/get', { id });
  const count = async (table: string): Promise<number> => (await app.system().db(table)).length;
  const stockOf = async (id: number) =>
    (await app.call<{ quantity_in_stock: number }>(admin, 'product/get', { id })).quantity_in_stock;
  const give = (clientId: number, amount: number) =>
    app.call(admin, 'client/balance_add_funds', { id: clientId, amount, description: 'Gift' });
  const invoiceOf = (buyer: Awaited<ReturnType<typeof buildShopper>>, { invoice_hash: hash }: SeenCheckout) =>
    app.call<Invoice>(buyer.account.caller, 'invoice/get', { hash });
  async function refusedWith(buyer: ReturnType<typeof shopper>, message: string, code = 9999): Promise<void> {
    const carts = await app.system().db('cart_product').select('*');
    assert.deepEqual(await buyer.refusal('client/cart/checkout'), { message, code });
    assert.deepEqual(
      [await count('client_order'), await count('invoice'), await app.system().db('cart_product').select('*')],
      [0, 0, carts],
    );
  }

  it('sets up what is free at once and leaves an empty cart', async () => {
    const buyer = await buildShopper(app);
    await buyer.add(await buildProduct(app, { title: 'Gratis' }), { notes: 'für später' });
    const { items } = await buyer.cart();

    const answer = await buyer.checkout({ gateway_id: 999 });

    assert.deepEqual(
      { ...answer, order_id: '', orders: [] },
      { gateway_id: 999, invoice_hash: null, order_id: '', orders: [] },
    );
    assert.deepEqual(answer.orders, [answer.order_id]);
    const { status, title, notes, price, discount, invoice_option, group_master, config } = await order(
      answer.order_id,
    );
    assert.deepEqual(
      { status, title, notes, price, discount, invoice_option, group_master: Number(group_master) },
      {
        status: 'active',
        title: 'Gratis',
        notes: 'für später',
        price: 0,
        discount: 0,
        invoice_option: 'issue-invoice',
        group_master: 1,
      },
    );
    assert.deepEqual(config, items[0]);
    assert.deepEqual((await buyer.cart()).items, []);
  });

  it('writes one invoice over all lines, each with its set-up', async () => {
    const buyer = await buildShopper(app);
    await buyer.add(await buildProduct(app, { title: 'Paid', fields: once(10, 2.5) }), { quantity: 2 });
    const early = await buildProduct(app, { title: 'Early', fields: { ...once(7), setup: 'after_order' } });
    await buyer.add(early, { multiple: 1 });

    const answer = await buyer.checkout({ gateway_id: '1' });

    const invoice = await invoiceOf(buyer, answer);
    assert.deepEqual(
      invoice.lines.map(({ title, quantity, price, unit, type }) => [title, quantity, price, unit, type]),
      [
        ['Paid', 2, 10, 'product', 'order'],
        ['Paid setup', 1, 2.5, 'service', 'custom'],
        ['Early', 1, 7, 'product', 'order'],
      ],
    );
    assert.deepEqual([answer.gateway_id, invoice.status, invoice.total], ['1', 'unpaid', 29.5]);
    const [paid, other] = [await order(answer.orders[0]), await order(answer.orders[1])];
    assert.deepEqual([paid['status'], other['status']], ['pending_setup', 'active']);
    assert.deepEqual([paid['unpaid_invoice_id'], other['unpaid_invoice_id']], [invoice.id, invoice.id]);
    assert.deepEqual([paid['group_id'], Number(other['group_master'])], [other['group_id'], 0]);
  });

  it('gives nothing away with what starts at once', async () => {
    const buyer = await buildShopper(app);
    await buyer.add(await buildProduct(app, { fields: { ...once(1), setup: 'after_order' } }));
    await buyer.add(await buildProduct(app, { fields: once(500) }), { multiple: 1 });

    const answer = await buyer.checkout();

    const statuses = async (): Promise<unknown[]> =>
      Promise.all(answer.orders.map(async (id) => (await order(id))['status']));
    assert.deepEqual(await statuses(), ['active', 'pending_setup']);
    const { id } = await invoiceOf(buyer, answer);
    await app.call(admin, 'invoice/mark_as_paid', { id, gateway_id: 2, execute: 1 });
    assert.deepEqual(await statuses(), ['active', 'active']);
  });

  it('is paid from a balance that suffices', async () => {
    const buyer = await buildShopper(app, { currency: 'USD' });
    await give(buyer.account.id, 12.5);
    await buyer.add(await buildProduct(app, { fields: once(10, 2.5) }));

    const answer = await buyer.checkout();

    const { status, unpaid_invoice_id } = await order(answer.order_id);
    assert.deepEqual([answer.invoice_hash, status, unpaid_invoice_id], [null, 'active', null]);
    assert.equal(await app.call(buyer.account.caller, 'client/balance_get_total'), 0);
  });

  it('is not paid from a balance that leaves the tax', async () => {
    const buyer = await buildShopper(app, { currency: 'USD', country: 'FR' });
    await app.call(admin, 'invoice/tax_create', { name: 'TVA', taxrate: '20', country: 'FR' });
    await app.call(admin, 'system/update_params', { tax_enabled: 1 });
    await give(buyer.account.id, 11.99);
    await buyer.add(await buildProduct(app, { fields: once(10) }));

    const answer = await buyer.checkout();

    const invoice = await invoiceOf(buyer, answer);
    assert.deepEqual([invoice.status, invoice.tax, invoice.total], ['unpaid', 2, 12]);
    assert.equal(await app.call(buyer.account.caller, 'client/balance_get_total'), 11.99);
  });

  it('leaves what is set up by hand to staff, and what is set up after payment until then', async () => {
    const buyer = await buildShopper(app, { currency: 'USD' });
    const manual = await buildProduct(app, { fields: { ...once(5), setup: 'manual' } });
    await buyer.add(manual);
    await give(buyer.account.id, 5);

    const answer = await buyer.checkout();

    assert.equal((await order(answer.order_id))['status'], 'pending_setup');
  });

  it('gives its currency to a client who has none', async () => {
    const buyer = await buildShopper(app);
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.5 });
    await buyer.add(await buildProduct(app, { fields: once(10) }));
    await buyer.call('guest/cart/set_currency', { currency: 'EUR' });

    const answer = await buyer.checkout();

    const { currency, price } = await order(answer.order_id);
    const seen = await app.call<Order>(admin, 'client/get', { id: buyer.account.id });
    assert.deepEqual([currency, price, seen['currency']], ['EUR', 5, 'EUR']);
  });

  it('is in the default currency where that of the cart was removed', async () => {
    const buyer = await buildShopper(app);
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.5 });
    await buyer.add(await buildProduct(app, { fields: once(10) }));
    await buyer.call('guest/cart/set_currency', { currency: 'EUR' });

    await app.call(admin, 'currency/delete', { code: 'EUR' });

    const { code } = (await buyer.cart()).currency;
    const { currency, price } = await order((await buyer.checkout()).order_id);
    assert.deepEqual([code, currency, price], ['USD', 'USD', 10]);
  });

  it('wants somebody who is signed in, and their token', async () => {
    const visitor = shopper(app);
    const { email } = await buildClient(app);
    await visitor.add(await buildProduct(app));

    const anonymous = await visitor.send('client/cart/checkout');
    await visitor.signIn(email);
    const forged = await visitor.send('client/cart/checkout');
    const own = await visitor.post('client/cart/checkout');

    assert.deepEqual([anonymous.status, forged.status, own.status], [401, 403, 200]);
    assert.equal((own.body as { result: SeenCheckout }).result.orders.length, 1);
  });

  it('refuses an empty cart', async () => {
    const buyer = await buildShopper(app);

    await refusedWith(buyer, 'Cannot checkout an empty cart');
  });

  it('refuses what is not for sale any more, and keeps the cart', async () => {
    const buyer = await buildShopper(app);
    const [kept, gone] = [await buildProduct(app), await buildProduct(app)];
    await buyer.add(kept);
    await buyer.add(gone, { multiple: 1 });

    await app.call(admin, 'product/update', { id: gone, status: 'disabled' });

    await refusedWith(buyer, 'Unable to complete order. One or more of the selected products are invalid.');
  });

  it('refuses a currency that is not that of the client', async () => {
    const buyer = await buildShopper(app, { currency: 'USD' });
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.5 });
    await buyer.add(await buildProduct(app, { fields: once(10) }));
    await buyer.call('guest/cart/set_currency', { currency: 'EUR' });

    await refusedWith(
      buyer,
      'Selected currency EUR does not match your profile currency USD. Please change cart currency to continue.',
    );
  });

  it('refuses a period that was taken back', async () => {
    const buyer = await buildShopper(app);
    const id = await buildProduct(app, { fields: monthly(10) });
    await buyer.add(id, { period: '1M' });

    await app.call(admin, 'product/update', {
      id,
      pricing: { type: 'recurrent', recurrent: { '1M': { enabled: 0 } } },
    });

    await refusedWith(buyer, 'Selected billing period is not available for this product');
  });

  it('counts the stock of a product once over all its lines', async () => {
    const buyer = await buildShopper(app);
    const id = await buildProduct(app, { fields: { ...once(1), stock_control: 1, quantity_in_stock: 5 } });
    await buyer.add(id, { quantity: 3 });
    await buyer.add(id, { quantity: 2, multiple: 1 });

    await buyer.checkout();

    assert.equal(await stockOf(id), 0);
  });

  it('refuses what went out of stock meanwhile', async () => {
    const [slow, quick] = [await buildShopper(app), await buildShopper(app)];
    const id = await buildProduct(app, { fields: { stock_control: 1, quantity_in_stock: 1 } });
    await slow.add(id);
    await quick.add(id);
    await quick.checkout();

    const refused = await slow.refusal('client/cart/checkout');

    assert.equal(refused.message, 'Unable to complete order. One or more selected products are out of stock.');
    assert.deepEqual([await count('client_order'), (await slow.cart()).items.length], [1, 1]);
  });

  it('asks those who may refuse, and tells of it once', async () => {
    const buyer = await buildShopper(app);
    const id = await buildProduct(app);
    refusing = 'add';
    assert.equal((await buyer.refusal('guest/cart/add_item', { id })).message, 'Not today.');
    refusing = 'checkout';
    await buyer.add(id);
    await refusedWith(buyer, 'Not today.');
    refusing = undefined;

    const { orders } = await buyer.checkout();
    await app.settle();

    const orderIds = orders.map(Number);
    assert.deepEqual(heard, [{ clientId: buyer.account.id, masterId: orderIds[0], orderIds, ip: '127.0.0.1' }]);
  });

  it('stands when what was bought cannot be set up', async () => {
    const buyer = await buildShopper(app);
    await buyer.add(await buildProduct(app, { type: 'stubborn' }));
    obstacle = conflict('neighbour.full', 'The warehouse is full.');

    const answer = await buyer.checkout();

    assert.equal((await order(answer.order_id))['status'], 'failed_setup');
    const history = (await app.system().db('client_order_status').orderBy('id')) as { notes: string }[];
    assert.match(history.at(-1)?.notes ?? '', /The warehouse is full\./);
  });

  it('stands when setting up breaks down, which is then done a minute later', async () => {
    const buyer = await buildShopper(app);
    await buyer.add(await buildProduct(app, { type: 'stubborn' }));
    obstacle = new TypeError('a bug');
    const answer = await buyer.checkout();
    const { status } = await order(answer.order_id);
    obstacle = undefined;

    app.clock.advance(61 * SECOND);
    await app.settle();

    assert.deepEqual([status, (await order(answer.order_id))['status']], ['pending_setup', 'active']);
  });

  describe('with a promo', () => {
    const used = 'You have already used this promo code. Please remove the promo code and checkout again.';
    async function withPromo(promo: object, fields: object = {}) {
      const buyer = await buildShopper(app, fields);
      const id = await buildPromo(app, { code: 'TEN', ...promo });
      await buyer.add(await buildProduct(app, { fields: once(10) }));
      await buyer.call('guest/cart/apply_promo', { promocode: 'TEN' });
      return { buyer, id };
    }
    const usesOf = async (id: number) => (await app.call<{ used: number }>(admin, 'product/promo_get', { id })).used;
    const redemptions = async () =>
      (await app.system().db('promo_redemption').orderBy('id')) as { status: string; invoice_id: number | null }[];

    it('reserves its use until the invoice is paid', async () => {
      const { buyer, id } = await withPromo({});

      const answer = await buyer.checkout();

      const { promo_id, promo_used, discount } = await order(answer.order_id);
      assert.deepEqual([promo_id, promo_used, discount, await usesOf(id)], [id, 1, 1, 1]);
      assert.deepEqual(
        (await redemptions()).map(({ status }) => status),
        ['reserved'],
      );
    });

    it('commits its use at once when nothing is left to pay', async () => {
      const { buyer } = await withPromo({ value: 100 });

      const answer = await buyer.checkout();

      assert.deepEqual([answer.invoice_hash, (await order(answer.order_id))['status']], [null, 'active']);
      assert.deepEqual(
        (await redemptions()).map(({ status, invoice_id }) => [status, invoice_id]),
        [['committed', null]],
      );
    });

    it('commits its use when the balance pays', async () => {
      const { buyer } = await withPromo({}, { currency: 'USD' });
      await give(buyer.account.id, 9);

      await buyer.checkout();

      assert.deepEqual(
        (await redemptions()).map(({ status }) => status),
        ['committed'],
      );
    });

    it('counts every line, and does nothing by halves', async () => {
      const { buyer, id } = await withPromo({ maxuses: 1 });
      await buyer.add(await buildProduct(app, { fields: { stock_control: 1, quantity_in_stock: 3 } }), { multiple: 1 });

      await refusedWith(buyer, 'This promo code has reached its maximum number of uses.');

      assert.deepEqual([await usesOf(id), (await redemptions()).length], [0, 0]);
      assert.equal((await app.system().db('product').where({ quantity_in_stock: 3 })).length, 1);
    });

    it('takes the last use', async () => {
      const { buyer, id } = await withPromo({ maxuses: 3 });
      await app.call(admin, 'product/promo_update', { id, used: 2 });

      await buyer.checkout();

      assert.equal(await usesOf(id), 3);
    });

    it('refuses one that ended or was used up meanwhile', async () => {
      const { buyer, id } = await withPromo({ maxuses: 2 });
      await app.call(admin, 'product/promo_update', { id, used: 2 });
      await refusedWith(buyer, used, 9874);
      await app.call(admin, 'product/promo_update', { id, used: 0, end_at: '2020-01-01' });
      await refusedWith(buyer, used, 9874);
      await app.call(admin, 'product/promo_update', { id, end_at: '', active: false });
      await refusedWith(buyer, used, 9874);

      await buyer.call('guest/cart/remove_promo');

      assert.equal((await buyer.checkout()).orders.length, 1);
    });

    it('refuses one that was deleted', async () => {
      const { buyer, id } = await withPromo({});

      await app.call(admin, 'product/promo_delete', { id });

      await refusedWith(buyer, 'Promo not found');
    });

    it('refuses a second time where once is allowed, and those of other groups', async () => {
      const { buyer, id } = await withPromo({ once_per_client: true });
      await buyer.checkout();
      await buyer.add(await buildProduct(app, { fields: once(10) }));
      await buyer.call('guest/cart/apply_promo', { promocode: 'TEN' });
      const again = await buyer.refusal('client/cart/checkout');
      const group = await app.call<number>(admin, 'client/group_create', { title: 'Members' });
      await app.call(admin, 'product/promo_update', { id, once_per_client: false, client_groups: [group] });

      const other = await buyer.refusal('client/cart/checkout');

      assert.deepEqual(again, { message: used, code: 9874 });
      assert.deepEqual(other, { message: 'Promo code cannot be applied to your account', code: 9999 });
    });
  });

  describe('by another module', () => {
    const service = (): CheckoutService => checkouts ?? assert.fail();

    it('goes on a minute later when the process died before it was set up', async () => {
      const { id: clientId } = await buildClient(app);
      const free = await service().choose(app.system(), { productId: await buildProduct(app), asked: {} });
      const done = await atomic(app.system(), (tx) =>
        service().checkout(tx, { clientId, lines: free, currency: 'USD' }),
      );
      await app.settle();
      const soon = (await order(done.orderIds[0]))['status'];

      app.clock.advance(61 * SECOND);
      await app.settle();

      assert.deepEqual([soon, (await order(done.orderIds[0]))['status']], ['pending_setup', 'active']);
    });

    it('goes on with an invoice that the balance paid', async () => {
      const { id: clientId } = await buildClient(app, { currency: 'USD' });
      await give(clientId, 10);
      const productId = await buildProduct(app, { fields: once(10) });
      const lines = await service().choose(app.system(), { productId, asked: {} });
      const done = await atomic(app.system(), (tx) => service().checkout(tx, { clientId, lines, currency: 'USD' }));

      app.clock.advance(61 * SECOND);
      await app.settle();
      await service().activate(app.system(), done);

      assert.deepEqual([done.isPaid, (await order(done.orderIds[0]))['status']], [true, 'active']);
      assert.equal((await app.system().db('service_custom')).length, 1);
    });

    it('does not do twice what was done', async () => {
      const buyer = await buildShopper(app);
      await buyer.add(await buildProduct(app));
      const { order_id } = await buyer.checkout();
      const history = await count('client_order_status');

      app.clock.advance(61 * SECOND);
      await app.settle();

      assert.deepEqual([await count('client_order_status'), (await order(order_id))['status']], [history, 'active']);
    });

    it('makes many orders of one product on one invoice', async () => {
      const { id: clientId } = await buildClient(app);
      const productId = await buildProduct(app, { fields: monthly(10, 1) });
      const [line] = await service().choose(app.system(), { productId, asked: { period: '1M' } });
      const lines = Array.from({ length: 3 }, () => line ?? assert.fail());

      const quote = await service().quote(app.system(), lines);
      const done = await atomic(app.system(), (tx) => service().checkout(tx, { clientId, lines, currency: 'USD' }));

      const invoice = await app.call<Invoice>(admin, 'invoice/get', { id: done.invoiceId });
      assert.deepEqual([done.orderIds.length, quote.total.amount, invoice.total], [3, 3300, 33]);
      assert.equal(new Set(done.orderIds).size, 3);
      const { group_id, config } = await order(done.orderIds[2]);
      assert.equal(group_id, (await order(done.orderIds[0]))['group_id']);
      assert.equal(Object.hasOwn(config as object, 'id'), false);
    });

    it('leaves nothing when the buyer backs out', async () => {
      const { id: clientId } = await buildClient(app);
      const productId = await buildProduct(app, { fields: { ...once(10), stock_control: 1, quantity_in_stock: 1 } });
      const lines = await service().choose(app.system(), { productId, asked: {} });

      const refused = atomic(app.system(), async (tx) => {
        const { isPaid } = await service().checkout(tx, { clientId, lines, currency: 'USD' });
        if (!isPaid) throw conflict('neighbour.unpaid', 'The balance is not sufficient.');
      });

      await assert.rejects(refused, { message: 'The balance is not sufficient.' });
      assert.deepEqual([await count('client_order'), await count('invoice'), await stockOf(productId)], [0, 0, 1]);
    });

    it('is refused what a visitor is refused', async () => {
      const wrap = await buildAddon(app);
      const productId = await buildProduct(app, { fields: monthly(10) });
      const ask = (id: number, asked: object) => service().choose(app.system(), { productId: id, asked: { ...asked } });

      await assert.rejects(ask(wrap, {}), { message: 'Product not found' });
      await assert.rejects(ask(productId, {}), { message: 'Period parameter not passed' });
      await assert.rejects(ask(productId, { period: '1M', quantity: 1e9 }), /quantity/);
    });
  });
});

describe('checkouts of one address', () => {
  const app = useApp({ environment: { RATE_LIMITS: 'on' } });

  it('are limited', async () => {
    const buyer = await buildShopper(app);

    const codes = [];
    for (let at = 0; at < 16; at++) codes.push((await buyer.refusal('client/cart/checkout')).code);

    assert.deepEqual(codes, [...Array<number>(15).fill(9999), 429]);
  });
});
