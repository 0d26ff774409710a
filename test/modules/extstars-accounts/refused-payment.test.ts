import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildSale, configure, openSandbox, send, type Answer } from '../../support/build/extstars.ts';
import { SECRET } from '../../support/build/payment.ts';
import { buildWechat, createWechat } from '../../support/wechat.ts';

interface SeenOrder {
  readonly status: string;
  readonly invoice_id: number | null;
}

describe('extstars: a gateway that refuses at the moment of payment', () => {
  const wechat = createWechat();
  before(() => wechat.vendor.open());
  after(() => wechat.vendor.close());
  const app = useApp({ install: ['extstars-accounts', 'gateway-sandbox', 'gateway-wechat'] });
  beforeEach(() => wechat.reset(() => app.clock.now()));

  const donate = (pay_method = 'wechat') =>
    send(app, '/api/v2/donation/create', { device_id: 'web', amount: 5, pay_method });
  const buy = (user_email = 'new@example.com', pay_method = 'wechat') =>
    send(app, '/api/v2/order/create', { user_email, amount: 3, pay_method });
  const totals = (paths: readonly string[]): Promise<number[]> =>
    Promise.all(paths.map(async (path) => (await app.call<{ total: number }>(admin, path, {})).total));
  const ordersOf = async (): Promise<readonly SeenOrder[]> =>
    (await app.call<{ list: SeenOrder[] }>(admin, 'extstars/order_get_list', {})).list;

  /** Nothing of what was asked for can be paid later, and nothing was issued. */
  async function assertNothingIsLeft(answers: readonly Answer[]): Promise<void> {
    assert.deepEqual(
      answers.map(({ status, code, data }) => [status, code, data]),
      answers.map(() => [200, 102, null]),
    );
    for (const { status, invoice_id } of await ordersOf()) assert.deepEqual([status, invoice_id], ['closed', null]);
    assert.equal((await ordersOf()).length, answers.length);
    assert.deepEqual(await totals(['invoice/get_list', 'order/get_list', 'extstars/code_get_list']), [0, 0, 0]);
    assert.deepEqual((await send(app, '/api/v2/donation/pull')).data, []);
  }

  it('is 102 that says so, and leaves nothing that could be paid', async () => {
    await buildSale(app);
    const id = await openSandbox(app);
    await app.call(admin, 'invoice/gateway_update', { id, config: { secret: SECRET, errors_first: 1 } });

    const answers = [await donate(), await buy()];

    await assertNothingIsLeft(answers);
    const incomplete = await send(app, '/api/v2/donation/create', {});
    for (const { text } of answers) assert.notEqual(text, incomplete.text);
  });

  it('may be asked again: the next order is one of its own', async () => {
    await buildSale(app);
    const id = await openSandbox(app);
    const config = (errors_first: number) => ({ secret: SECRET, errors_first });
    await app.call(admin, 'invoice/gateway_update', { id, config: config(1) });
    await buy();
    await app.call(admin, 'invoice/gateway_update', { id, config: config(0) });

    const again = await buy();

    assert.equal(again.code, 100, again.text);
    assert.deepEqual(
      (await ordersOf()).map(({ status }) => status),
      ['unpaid', 'closed'],
    );
    const { total } = await app.call<{ total: number }>(admin, 'client/get_list', { search: 'new@example.com' });
    assert.equal(total, 1);
  });

  for (const [what, said] of [
    ['that it will not', () => wechat.refusal(403, 'NO_AUTH')],
    ['nothing that can be understood', () => ({ status: 200, body: '<html>' })],
    ['that it is out of order', () => ({ status: 502 })],
  ] as const)
    it(`is the same of a real one that says ${what}`, async () => {
      await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 1 });
      await buildSale(app, { currency: 'CNY' });
      await configure(app, { gateway_wechat: await buildWechat(app, wechat) });
      wechat.answerInstead(said);

      const answers = [await donate(), await buy()];

      assert.ok(wechat.asked.length > 0);
      await assertNothingIsLeft(answers);
    });

  it('answers a buyer it knows as one it does not', async () => {
    await buildSale(app);
    const id = await openSandbox(app);
    await app.call(admin, 'invoice/gateway_update', { id, config: { secret: SECRET, errors_first: 1 } });
    await buy('known@example.com');

    const [known, unknown] = [await buy('known@example.com'), await buy('unknown@example.com')];

    assert.equal(known.text, unknown.text);
  });
});
