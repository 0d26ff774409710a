import assert from 'node:assert/strict';
import { MINUTE, SECOND } from '#core/clock';
import { signatureOf } from '#modules/extstars-accounts/callback/signature';
import { admin, useApp } from '../../support/app.ts';
import { APP, buildSale, openSandbox, send } from '../../support/build/extstars.ts';
import { createDoor } from '../../support/build/payment.ts';
import { createVendor } from '../../support/vendor.ts';

interface State {
  readonly attempts: number;
  readonly delivered_at: string | null;
  readonly failed_at: string | null;
  readonly error: string | null;
}

describe('extstars: the receiver of callbacks', () => {
  const door = createDoor();
  const receiver = createVendor();
  before(() => Promise.all([door.open(), receiver.open()]));
  after(() => [door, receiver].forEach((one) => one.close()));
  const app = useApp({
    install: ['extstars-accounts', 'gateway-sandbox'],
    environment: {
      get BASE_URL() {
        return door.url;
      },
    },
  });
  const real = AbortSignal.timeout;
  beforeEach(async () => {
    door.leadTo(app);
    receiver.forget();
    receiver.answerWith(() => ({ status: 200 }));
    await buildSale(app, { notify_url: `${receiver.url}/notify` });
    await openSandbox(app, { allow_private_callbacks: true });
  });
  afterEach(() => void (AbortSignal.timeout = real));

  async function buyAndPay(): Promise<number> {
    const bought = { user_email: 'buyer@example.com', amount: 3, pay_method: 'paypal' };
    const { data } = await send(app, '/api/v2/order/create', bought);
    await app.call(admin, 'extstars/sandbox_pay', { order_id: data.order_id, outcome: 'paid' });
    await app.settle();
    return data.order_id as number;
  }
  const state = async (): Promise<State | null | undefined> =>
    (await app.call<{ list: { callback: State | null }[] }>(admin, 'extstars/order_get_list', {})).list[0]?.callback;

  it('is told of bought codes by how many they are, in flat strings, and of no address', async () => {
    const orderId = await buyAndPay();

    assert.equal(receiver.heard.length, 1);
    const told = JSON.parse(receiver.heard[0]?.body ?? '{}') as Record<string, string>;
    const { sign_key } = await app.call<{ sign_key: string }>(admin, 'extstars/app_get', { app_id: APP });
    assert.deepEqual(
      Object.keys(told).toSorted(),
      [
        'amount', 'app_id', 'created_at', 'currency', 'device_id', 'is_paid', 'money', 'nonce', 'order_id', 'paid_at',
        'pay_method', 'sign', 'timestamp', 'type', 'user_link', 'user_name',
      ], // prettier-ignore
    );
    assert.ok(Object.values(told).every((value) => typeof value === 'string'));
    assert.deepEqual(
      [told['order_id'], told['type'], told['amount'], told['money'], told['currency'], told['is_paid']],
      [String(orderId), 'codes', '3', '30.00', 'USD', '1'],
    );
    assert.match(told['paid_at'] ?? '', /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.equal(told['sign'], signatureOf(told, sign_key));
  });

  it('is waited for five seconds when it says nothing, and told again a minute later', async () => {
    const limits: number[] = [];
    const hanging = new Set<AbortController>();
    // Time is up as soon as the receiver has heard the call: nobody waits five seconds for this test.
    AbortSignal.timeout = (ms) => {
      const controller = new AbortController();
      if (ms === 5 * SECOND) hanging.add(controller);
      limits.push(ms);
      return AbortSignal.any([real.call(AbortSignal, ms), controller.signal]);
    };
    receiver.answerWith(() => {
      for (const one of hanging) one.abort();
      return 'hang';
    });

    await buyAndPay();

    assert.ok(limits.includes(5 * SECOND));
    const missed = await state();
    assert.deepEqual([receiver.heard.length, missed?.attempts, missed?.delivered_at], [1, 1, null]);
    assert.match(missed?.error ?? '', /abort/i);
    AbortSignal.timeout = real;
    receiver.answerWith(() => ({ status: 204 }));
    app.clock.advance(MINUTE + SECOND);
    await app.settle();
    const heard = await state();
    assert.deepEqual([receiver.heard.length, heard?.attempts, heard?.failed_at, heard?.error], [2, 2, null, null]);
    assert.ok(heard?.delivered_at);
  });

  it('is told again as well when it answers with an error, or is not there', async () => {
    receiver.answerWith(() => ({ status: 500 }));
    await buyAndPay();
    await app.call(admin, 'extstars/app_update', { app_id: APP, notify_url: 'http://127.0.0.1:1/' });
    app.clock.advance(MINUTE + SECOND);
    await app.settle();

    const missed = await state();

    assert.deepEqual([missed?.attempts, missed?.delivered_at, missed?.failed_at], [2, null, null]);
    assert.match(missed?.error ?? '', /ECONNREFUSED/);
  });
});
