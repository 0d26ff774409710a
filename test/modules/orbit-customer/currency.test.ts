import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { admin, useApp } from '../../support/app.ts';
import { addFunds, buildClient, newWallet, orbitClient, send, type TestWallet } from '../../support/build/orbit.ts';
import { unique } from '../../support/build/sale.ts';
import { startChainNode, type ChainNodeStub } from '../../support/chain-node.ts';
import { visit } from '../../support/visitor.ts';

const password = 'Correct-Horse-7';
type Call = (route: string, body?: object) => ReturnType<typeof send>;

describe('the currency of a client of the customer API', () => {
  const app = useApp({ install: ['orbit-customer'] });
  let node: ChainNodeStub;
  beforeEach(async () => {
    node = await startChainNode();
    await app.call(admin, 'extension/config_save', {
      ext: 'mod_orbit-customer',
      solana_rpc_url: node.url,
      destination_wallet: newWallet().address,
      confirm_wait_seconds: 0,
      confirm_poll_ms: 10,
    });
  });
  afterEach(() => node.stop());

  /** What a top-up of so many dollars answers. */
  async function topUp(call: Call, wallet: TestWallet, amount: number) {
    const { body } = await call('POST /topup/prepare', { amount, wallet_address: wallet.address });
    const bytes = Buffer.from(body.data.transaction as string, 'base64');
    sign(null, bytes.subarray(65), wallet.privateKey).copy(bytes, 1);
    return call('POST /topup/confirm', {
      transaction: bytes.toString('base64'),
      wallet_address: wallet.address,
      amount,
    });
  }

  /** Somebody staff made, who signs in by a device. */
  async function byDevice(fields: object): Promise<{ clientId: number; call: Call }> {
    const email = `device-${unique()}@example.com`;
    const clientId = await buildClient(app, { email, password, ...fields });
    const { body: codes } = await send(app, 'POST /auth/device/code');
    const { user_code, device_code } = codes.data as { user_code: string; device_code: string };
    const visitor = visit(app);
    await visitor.signIn('client', { email, password });
    const page = `/auth/device/confirm?user_code=${user_code}`;
    await visitor.submit(page, '/auth/device', { user_code, decision: 'approve' });
    const { body } = await send(app, 'POST /auth/device/token', { body: { device_code } });
    const authorization = `Bearer ${body.data.access_token as string}`;
    return { clientId, call: (route, sent) => send(app, route, { body: sent, headers: { authorization } }) };
  }

  it('is what a top-up in dollars is credited in, at the rate of the engine', async () => {
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.8 });
    const kay = await orbitClient(app);
    await app.call(admin, 'client/update', { id: kay.clientId, currency: 'EUR' });

    const { status, body } = await topUp((...sent) => kay.call(...sent), kay.wallet, 25.5);

    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual([body.data.amount_credited, body.data.balance], [20.4, 20.4]);
    assert.deepEqual((await kay.call('GET /profile/balance')).body.data, { balance: 20.4, currency: 'EUR' });
    const { data } = (await kay.call(`GET /invoices/${body.data.invoice_reference}`)).body;
    assert.deepEqual([data.currency, data.billing_total, data.billing_balance], ['EUR', 20.4, 0]);
  });

  it('is that of the shop for who has none yet, so that funds can be booked', async () => {
    const { clientId, call } = await byDevice({ currency: '' });
    const before = await app.call<{ currency: string | null }>(admin, 'client/get', { id: clientId });
    assert.equal(before.currency, null);
    assert.deepEqual((await call('GET /profile/balance')).body.data, { balance: 0, currency: 'USD' });

    const { status, body } = await topUp(call, newWallet(), 10);

    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(body.data.balance, 10);
    assert.equal((await app.call<{ currency: string }>(admin, 'client/get', { id: clientId })).currency, 'USD');
  });

  it('pays an invoice in another one at the rate, whole or not at all, and not without a rate', async () => {
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.8 });
    const kay = await orbitClient(app);
    await addFunds(app, kay.clientId, 20);
    const items = [{ title: 'Work', price: 8, quantity: 1 }];
    const ids: number[] = [];
    for (let count = 0; count < 3; count++)
      ids.push(Number(await app.call(admin, 'invoice/prepare', { client_id: kay.clientId, items, approve: true })));
    const [paid, unknown, dear] = ids;
    // As an import may leave them: the engine itself makes out invoices in the client's currency only.
    const { knex } = app.app.database;
    for (const [id, currency] of [
      [paid, 'EUR'],
      [unknown, 'XTS'],
      [dear, 'EUR'],
    ] as const)
      // prettier-ignore
      await knex('invoice').where({ id }).update({ currency });
    await app.call(admin, 'invoice/update', { id: dear, new_item: { title: 'More', price: 1, quantity: 1 } });
    app.plantsFaults();

    const answers = [];
    for (const id of [paid, unknown, dear]) answers.push(await kay.call(`POST /invoices/${id}/pay`));

    assert.deepEqual(answers[0]?.body.data, {
      balance_used: 8,
      remainder: 0,
      invoice_status: 'paid',
      new_user_balance: 10,
    });
    assert.deepEqual([answers[1]?.status, answers[1]?.body.error], [422, 'invoice_not_payable']);
    assert.deepEqual([answers[2]?.status, answers[2]?.body.error], [422, 'insufficient_balance']);
    assert.equal((await kay.call('GET /profile/balance')).body.data.balance, 10);
  });
});
