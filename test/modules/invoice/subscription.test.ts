import assert from 'node:assert/strict';
import { orderService } from '#modules/order/contract';
import { admin, useApp } from '../../support/app.ts';
import { buildProduct } from '../../support/build/sale.ts';
import {
  balanceOf,
  buildPayer,
  buildSandbox,
  pressed,
  seeInvoice,
  seeTransactions,
  startPayment,
  tell,
  type Payer,
} from '../../support/build/payment.ts';

interface SeenSubscription {
  readonly id: number;
  readonly sid: string;
  readonly status: string;
  readonly period: string;
  readonly amount: number;
}

describe('subscriptions', () => {
  const app = useApp({ install: ['gateway-sandbox', 'serviceapikey'] });
  let payer: Payer;
  let orderId: number;
  let invoiceId: number;
  let gateway: number;
  let reference: string;
  let expiresAt: string;

  const order = () => app.call<{ status: string; expires_at: string }>(admin, 'order/get', { id: orderId });
  const list = async () => (await app.call<{ list: SeenSubscription[] }>(admin, 'invoice/subscription_get_list')).list;
  const invoices = async () =>
    (await app.call<{ list: { id: number; status: string }[] }>(admin, 'invoice/get_list', { order_id: orderId })).list;

  beforeEach(async () => {
    payer = await buildPayer(app);
    await app.call(admin, 'system/update_params', { invoice_accessible_from_hash: '1' });
    const product_id = await buildProduct(app);
    const bought = { client_id: payer.id, product_id, activate: 1, period: '1M', price: 20 };
    orderId = await app.call<number>(admin, 'order/create', bought);
    invoiceId = Number(await app.call(admin, 'invoice/renewal_invoice', { id: orderId }));
    gateway = await buildSandbox(app);
    const { hash } = await seeInvoice(app, invoiceId);
    ({ reference } = await startPayment(app, hash, gateway));
    ({ expires_at: expiresAt } = await order());
  });

  const about = { subscription: 'SUB1', period: '1M' };

  it('begin once, whatever comes first', async () => {
    await tell(app, gateway, { id: 'P1', reference, ...about });
    await tell(app, gateway, { kind: 'subscription_start', id: 'start-SUB1', reference, ...about });
    await tell(app, gateway, { kind: 'subscription_start', id: 'start-SUB1', reference, ...about });

    const [one, ...others] = await list();
    assert.deepEqual(others, []);
    assert.deepEqual([one?.sid, one?.status, one?.period, one?.amount], ['SUB1', 'active', '1M', 20]);
    assert.equal((await seeInvoice(app, invoiceId)).status, 'paid');
  });

  it('renew the order by each later payment, once', async () => {
    await tell(app, gateway, { id: 'P1', reference, ...about });
    const first = (await order()).expires_at;

    await Promise.all([1, 2, 3].map(() => tell(app, gateway, { id: 'P2', reference, ...about })));
    await tell(app, gateway, { id: 'P3', ...about });

    assert.ok(first > expiresAt);
    assert.ok((await order()).expires_at > first);
    assert.deepEqual(
      (await invoices()).map(({ status }) => status),
      ['paid', 'paid', 'paid'],
    );
    assert.equal(await balanceOf(app, payer), 0);
    assert.deepEqual(
      (await seeTransactions(app)).map(({ status, amount }) => [status, amount]),
      [
        ['processed', 20],
        ['processed', 20],
        ['processed', 20],
      ],
    );
  });

  it('leave the money on the balance when the order is over', async () => {
    await tell(app, gateway, { id: 'P1', reference, ...about });
    await app.call(admin, 'order/suspend', { id: orderId });

    await tell(app, gateway, { id: 'P2', ...about });

    assert.equal(await balanceOf(app, payer), 20);
    assert.equal((await invoices()).length, 1);
  });

  it('do not begin after their end', async () => {
    await tell(app, gateway, { kind: 'subscription_end', id: 'end-SUB1', reference, ...about });
    await tell(app, gateway, { kind: 'subscription_start', id: 'start-SUB1', reference, ...about });

    assert.deepEqual(
      (await list()).map(({ status }) => status),
      ['canceled'],
    );
  });

  it('end at the gateway before they end here', async () => {
    await pressed(app.browser(), reference, 'pay');
    const sid = await subscribed();
    const [one] = await list();

    await app.call(admin, 'invoice/subscription_update', { id: one?.id, status: 'canceled' });

    const [row] = (await app.app.database.knex('sandbox_payment').where({ subscription_id: sid })) as {
      subscription: string;
    }[];
    assert.equal(row?.subscription, 'ended');
    assert.equal((await list())[0]?.status, 'canceled');
  });

  it('stay as they are when the gateway does not end them', async () => {
    await tell(app, gateway, { id: 'P1', reference, ...about });
    const [one] = await list();

    await app.refusal(admin, 'invoice/subscription_update', { id: one?.id, status: 'canceled' });

    assert.equal((await list())[0]?.status, 'active');
  });

  it('end when their order is canceled', async () => {
    await pressed(app.browser(), reference, 'pay');
    await subscribed();

    await app.app.service(orderService).cancel(app.system(), orderId);

    assert.equal((await list())[0]?.status, 'canceled');
  });

  /** What the sandbox would say by itself, were it heard. */
  async function subscribed(): Promise<string> {
    const db = app.app.database.knex;
    const [payment] = (await db('sandbox_payment').where({ reference })) as {
      external_id: string;
      subscription_id: string;
    }[];
    const { external_id: id = '', subscription_id: sid = '' } = payment ?? {};
    await tell(app, gateway, { id, reference, subscription: sid, period: '1M' });
    return sid;
  }
});
