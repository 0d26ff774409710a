import assert from 'node:assert/strict';
import { atomic } from '#core/context';
import { money } from '#core/money';
import { productService, type NewRedemption } from '#modules/product/contract';
import { admin } from '../../support/app.ts';
import { buildProduct, buildPromo } from '../../support/build/product.ts';
import { useShop } from './shop.ts';

interface Shown {
  id: number;
  code: string;
  value: number;
  maxuses: number;
  used: number;
  active: boolean;
  products: unknown[];
  periods: unknown[];
  client_groups: unknown[];
  start_at: string | null;
  end_at: string | null;
  applies_to: Record<string, string> | null;
  cgroups: unknown;
  redemption_count: number;
  can_be_deleted: boolean;
  usage_stats: Record<string, number>;
}
interface Redemption {
  id: number;
  status: string;
  discount_amount: number;
  currency: string;
  release_reason: string | null;
  order: object | null;
  invoice: object | null;
}

describe('promos', () => {
  const app = useShop();
  const get = (id: number) => app.call<Shown>(admin, 'product/promo_get', { id });
  const promos = () => app.app.service(productService).promos;
  const redeem = (promoId: number, fields: Partial<NewRedemption> = {}) =>
    atomic(app.system(), async (tx) => {
      await promos().use(tx, promoId);
      await promos().redeem(tx, {
        promoId,
        clientId: 7,
        orderId: 11,
        invoiceId: 13,
        phase: 'checkout',
        status: 'reserved',
        discount: money(450, 'USD'),
        ...fields,
      });
    });

  it('keep what they were made of', async () => {
    const product = await buildProduct(app, { title: 'Thing' });
    const id = await buildPromo(app, {
      code: 'Sommer-24 ☀',
      type: 'absolute',
      value: '12.5',
      maxuses: 3,
      products: [product, 0, ''],
      periods: ['1M', '1Y'],
      client_groups: [2],
      start_at: '2024-06-01',
      end_at: '2099-12-31 23:00:00',
    });

    const made = await get(id);

    assert.deepEqual([made.code, made.value, made.maxuses], ['Sommer-24 ☀', 12.5, 3]);
    assert.deepEqual([made.products, made.periods, made.client_groups], [[product], ['1M', '1Y'], [2]]);
    assert.deepEqual([made.start_at, made.end_at], ['2024-06-01 00:00:00', '2099-12-31 23:00:00']);
    assert.deepEqual(made.applies_to, { [product]: 'Thing' });
    assert.equal(made.usage_stats['remaining_operational_uses'], 3);
  });

  it('restrict nothing unless they say so', async () => {
    const made = await get(await buildPromo(app, { value: 0, maxuses: -5, products: 'x', active: undefined }));

    assert.deepEqual([made.products, made.periods, made.client_groups], [[], [], []]);
    assert.deepEqual([made.applies_to, made.cgroups, made.start_at, made.end_at], [null, null, null, null]);
    assert.deepEqual([made.maxuses, made.active], [0, false]);
  });

  it('ask for code, type and value, in this order', async () => {
    const messages = [{}, { code: ' ' }, { code: 'X' }, { code: 'X', type: 'percentage' }].map(
      async (params) => (await app.refusal(admin, 'product/promo_create', params)).message,
    );

    assert.deepEqual(await Promise.all(messages), [
      'Promo code is missing',
      'Promo code is missing',
      'Promo type is missing',
      'Promo value is missing',
    ]);
  });

  it('have codes that differ by more than letter case', async () => {
    const id = await buildPromo(app, { code: 'Straße' });
    const other = await buildPromo(app, { code: 'Other' });

    for (const code of ['STRAßE', ' straße '])
      assert.equal(
        (await app.refusal(admin, 'product/promo_create', { code, type: 'percentage', value: 5 })).message,
        'This promotion code already exists.',
      );
    const error = await app.refusal(admin, 'product/promo_update', { id: other, code: 'sTRAßE' });

    assert.equal(error.message, 'This promotion code already exists.');
    assert.ok(await app.call(admin, 'product/promo_update', { id, code: 'STRAßE' }));
  });

  it('are made once when two make them at once', async () => {
    const outcomes = await Promise.allSettled([buildPromo(app, { code: 'Race' }), buildPromo(app, { code: 'RACE' })]);

    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  });

  it('change in what is sent only', async () => {
    const id = await buildPromo(app, {
      value: 7.256,
      periods: ['6M'],
      start_at: '2090-01-01 08:30',
      end_at: '2091-01-01',
    });

    await app.call(admin, 'product/promo_update', { id, used: 4, maxuses: 10, end_at: '', periods: null });
    const after = await get(id);
    await app.call(admin, 'product/promo_update', { id, periods: [] });

    assert.deepEqual([after.value, after.used, after.periods], [7.26, 4, ['6M']]);
    assert.deepEqual([after.start_at, after.end_at], ['2090-01-01 08:30:00', null]);
    assert.equal(after.usage_stats['remaining_operational_uses'], 6);
    assert.deepEqual((await get(id)).periods, []);
  });

  it('refuse values and dates that are none', async () => {
    for (const fields of [
      { value: -1 },
      { value: 'ten' },
      { value: 1e300 },
      { start_at: 'soonish' },
      { maxuses: 1e12 },
    ]) {
      const params = { code: 'BAD', type: 'percentage', value: 5, ...fields };
      assert.equal((await app.refusal(admin, 'product/promo_create', params)).code, 9999, JSON.stringify(fields));
    }
  });

  it('read dates in the usual spellings', async () => {
    for (const start_at of ['2030-02-01T00:00:00Z', '2030/02/01', '1 February 2030', '02/01/2030'])
      assert.equal((await get(await buildPromo(app, { start_at }))).start_at, '2030-02-01 00:00:00');
  });

  it('are listed by text and by whether they run', async () => {
    const [running, over, coming] = [
      await buildPromo(app, { code: 'RUNNING', start_at: '2020-01-01' }),
      await buildPromo(app, { code: 'EXPIRED', end_at: '2020-01-01' }),
      await buildPromo(app, { code: 'FUTURE', start_at: '2090-01-01' }),
    ];
    const ids = async (filter: object) =>
      (await app.call<{ list: Shown[] }>(admin, 'product/promo_get_list', filter)).list.map(({ id }) => id);

    assert.deepEqual(await ids({}), [running, over, coming]);
    assert.deepEqual(await ids({ status: 'active' }), [running]);
    assert.deepEqual(await ids({ status: 'expired' }), [over]);
    assert.deepEqual(await ids({ status: 'not-started' }), [coming]);
    assert.deepEqual(await ids({ search: 'xpir' }), [over]);
    assert.deepEqual(await ids({ id: coming }), [coming]);
    assert.deepEqual(await ids({ page: 2, per_page: 2 }), [coming]);
  });

  it('are copied as inactive and unused', async () => {
    const id = await buildPromo(app, { code: 'A'.repeat(100), periods: ['1M'] });
    await app.call(admin, 'product/promo_update', { id, used: 3 });

    const copy = await get(await app.call<number>(admin, 'product/promo_duplicate', { id }));
    const second = await get(await app.call<number>(admin, 'product/promo_duplicate', { id }));

    assert.equal(copy.code, `${'A'.repeat(95)}-COPY`);
    assert.equal(second.code, `${'A'.repeat(93)}-COPY-2`);
    assert.deepEqual([copy.active, copy.used, copy.periods], [false, 0, ['1M']]);
  });

  it('are deleted unless they were redeemed', async () => {
    const unused = await buildPromo(app);
    const redeemed = await buildPromo(app);
    await redeem(redeemed);

    await app.call(admin, 'product/promo_delete', { id: unused });
    const error = await app.refusal(admin, 'product/promo_delete', { id: redeemed });

    assert.equal((await app.refusal(admin, 'product/promo_get', { id: unused })).message, 'Promo not found');
    assert.equal(error.message, 'Promotions with redemption history cannot be deleted. Disable the promotion instead.');
    assert.equal((await get(redeemed)).can_be_deleted, false);
  });

  it('tell of an id that is missing or unknown', async () => {
    for (const method of ['get', 'update', 'duplicate', 'delete']) {
      assert.equal((await app.refusal(admin, `product/promo_${method}`)).message, 'Promo ID was not passed');
      assert.equal((await app.refusal(admin, `product/promo_${method}`, { id: 999 })).message, 'Promo not found');
    }
    assert.equal((await app.refusal(admin, 'product/promo_redemption_get_list')).message, 'Promo ID is missing');
  });

  describe('once redeemed', () => {
    it('are found by their code in any letter case, while they are active', async () => {
      const id = await buildPromo(app, { code: 'Find-Me' });
      const ctx = app.system();

      assert.equal((await promos().findByCode(ctx, ' find-ME '))?.id, id);
      await app.call(admin, 'product/promo_update', { id, active: false });

      assert.equal(await promos().findByCode(ctx, 'Find-Me'), undefined);
    });

    it('give their last use to one of two', async () => {
      const id = await buildPromo(app, { maxuses: 1 });

      const outcomes = await Promise.allSettled([redeem(id), redeem(id, { orderId: 12 })]);

      const refused = outcomes.find((outcome) => outcome.status === 'rejected');
      assert.match(String(refused?.reason), /This promo code has reached its maximum number of uses\./);
      assert.deepEqual([(await get(id)).used, (await get(id)).redemption_count], [1, 1]);
    });

    it('count what became of their uses', async () => {
      app.plantsFaults(); // a renewal counts no use; here it does
      const id = await buildPromo(app);
      await redeem(id);
      await redeem(id, { orderId: 12, invoiceId: 14 });
      await redeem(id, { orderId: 12, invoiceId: 15, phase: 'renewal', clientId: 8 });

      await atomic(app.system(), (tx) => promos().commit(tx, 13, new Date('2025-01-01')));
      await atomic(app.system(), (tx) => promos().release(tx, { orderId: 12 }, 'order_canceled'));

      const { used, usage_stats } = await get(id);
      assert.equal(used, 2);
      assert.deepEqual(usage_stats, {
        operational_use_count: 2,
        max_uses: 0,
        remaining_operational_uses: 0,
        recorded_applications: 3,
        checkout_applications: 2,
        renewal_applications: 1,
        active_checkout_applications: 1,
        reserved_applications: 0,
        committed_applications: 1,
        released_applications: 2,
        distinct_clients: 2,
        orders_using_promo: 2,
      });
    });

    it('release a use once, and never below none', async () => {
      const id = await buildPromo(app);
      await redeem(id);
      await app.call(admin, 'product/promo_update', { id, used: 0 });

      for (let time = 0; time < 2; time++)
        await atomic(app.system(), (tx) => promos().release(tx, { invoiceId: 13 }, 'invoice_deleted'));

      assert.equal((await get(id)).used, 0);
    });

    it('know who used them', async () => {
      const id = await buildPromo(app);
      await redeem(id);
      const ctx = app.system();

      assert.deepEqual(
        [await promos().isRedeemedBy(ctx, id, 7), await promos().isRedeemedBy(ctx, id, 8)],
        [true, false],
      );
      await atomic(ctx, (tx) => promos().release(tx, { clientId: 7 }, 'client_deleted'));

      assert.equal(await promos().isRedeemedBy(app.system(), id, 7), false);
    });

    it('list their redemptions, the latest first, with what others know of them', async () => {
      const id = await buildPromo(app);
      await redeem(id);
      await redeem(id, { orderId: 12, invoiceId: undefined });
      await atomic(app.system(), (tx) => promos().release(tx, { orderId: 11 }, 'order_canceled'));
      const createdAt = new Date('2025-01-02T03:04:05Z');
      promos().showWith({ orders: async () => new Map([[12, { title: 'Plan', createdAt }]]) });
      promos().showWith({ invoices: async () => new Map([[13, { number: 'FB00001', status: 'unpaid', createdAt }]]) });
      const list = async (filter: object) =>
        (
          await app.call<{ list: Redemption[] }>(admin, 'product/promo_redemption_get_list', {
            promo_id: id,
            ...filter,
          })
        ).list;

      const [latest, first] = await list({});

      assert.deepEqual(latest?.order, { id: 12, title: 'Plan', created_at: '2025-01-02 03:04:05' });
      assert.equal(latest?.invoice, null);
      assert.deepEqual([latest?.discount_amount, latest?.currency, latest?.status], [4.5, 'USD', 'reserved']);
      assert.deepEqual(first?.order, { id: 11, title: null, created_at: null });
      assert.deepEqual(first?.invoice, {
        id: 13,
        serie_nr: 'FB00001',
        status: 'unpaid',
        created_at: '2025-01-02 03:04:05',
      });
      assert.deepEqual([first?.status, first?.release_reason], ['released', 'order_canceled']);
      assert.equal((await list({ status: 'released' })).length, 1);
      assert.equal((await list({ client_order_id: 12 })).length, 1);
      assert.equal((await list({ client_id: 8 })).length, 0);
      assert.equal((await list({ phase: 'renewal' })).length, 0);
    });
  });
});
