import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { defineModule } from '#core/module';
import { payPalEmailGateway } from '#modules/invoice/gateway/adapters/paypal-email';
import { shippedModules } from '#modules/index';
import { admin, guest, useApp } from '../../support/app.ts';
import {
  buildGateway,
  buildInvoice,
  buildPayer,
  ledgerOf,
  seeInvoice,
  seeTransactions,
  type Payer,
  type SeenInvoice,
} from '../../support/build/payment.ts';

describe('the gateway PayPalEmail', () => {
  /** Stands in for PayPal: says of what it is asked about whether it said it. */
  let server: Server;
  let verdict = 'VERIFIED';
  let asked: string[] = [];
  before(async () => {
    server = createServer((req, res) => {
      let body = '';
      req.on('data', (chunk: Buffer) => (body += chunk.toString()));
      req.on('end', () => {
        asked.push(body);
        res.writeHead(verdict === 'DOWN' ? 500 : 200).end(verdict);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());

  const standIn = defineModule({
    name: 'standin',
    title: 'Stand-in',
    version: '1.0.0',
    isEssential: true,
    migrations: [],
    setup: () => ({
      gateways: [
        {
          ...payPalEmailGateway({
            urlOf: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/cgi-bin/webscr`,
          }),
          code: 'PayPalTest',
        },
      ],
    }),
  });
  const app = useApp({ modules: [...shippedModules, standIn] });
  let payer: Payer;
  let invoice: SeenInvoice;
  let gateway: number;
  let reference: string;

  beforeEach(async () => {
    [verdict, asked] = ['VERIFIED', []];
    payer = await buildPayer(app);
    invoice = await buildInvoice(app, payer.id);
    gateway = await buildGateway(app, 'PayPalTest', { email: 'Shop@example.com' });
    const { result } = await app.call<{ result: string }>(guest, 'invoice/payment', {
      hash: invoice.hash,
      gateway_id: gateway,
    });
    reference = /name="custom" value="(\w+)"/.exec(result)?.[1] ?? '';
  });

  const said = (fields: Record<string, string>) => {
    const all = {
      txn_type: 'web_accept',
      payment_status: 'Completed',
      txn_id: 'PP1',
      mc_gross: '20.00',
      mc_currency: 'USD',
      business: 'shop@example.com',
      custom: reference,
      ...fields,
    };
    return app
      .request('post', `/ipn.php?gateway_id=${gateway}&invoice_id=${invoice.id}`)
      .send(new URLSearchParams(all).toString());
  };
  const status = async () => (await seeInvoice(app, invoice.id)).status;

  it('sends the payer to PayPal with all it needs to know', async () => {
    const { result, iframe, type } = await app.call<{ result: string; iframe: boolean; type: string }>(
      guest,
      'invoice/payment',
      { hash: invoice.hash, gateway_id: gateway },
    );

    assert.deepEqual([type, iframe], ['html', false]);
    for (const field of [
      'cmd" value="_xclick"',
      'amount" value="20.00"',
      'tax" value="0.00"',
      'currency_code" value="USD"',
    ])
      assert.ok(result.includes(`name="${field}`), field);
    assert.ok(!result.includes('<script'));
  });

  it('asks PayPal whether it said so, word for word, and books it once', async () => {
    const first = await said({});
    await said({});

    const [row] = await seeTransactions(app);
    assert.deepEqual(first.body, { result: row?.id, error: null });
    assert.match(asked[0] ?? '', /^cmd=_notify-validate&txn_type=web_accept&/);
    assert.equal(await status(), 'paid');
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
  });

  it('books a pending payment once it is completed', async () => {
    await said({ payment_status: 'Pending' });
    assert.equal(await status(), 'unpaid');

    await said({});

    assert.equal(await status(), 'paid');
    assert.deepEqual(
      (await seeTransactions(app)).map((row) => [row.status, row.txn_status]),
      [['processed', 'Completed']],
    );
  });

  it('keeps nothing that PayPal did not say, or said to somebody else', async () => {
    const other = await said({ business: 'thief@example.com' });
    verdict = 'INVALID';
    const forged = await said({});

    for (const { body } of [other, forged])
      assert.equal((body as { error: { message: string } }).error.message, 'IPN is invalid');
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('is told to come again when PayPal cannot be asked', async () => {
    verdict = 'DOWN';

    const answer = await said({});

    assert.equal(answer.status, 503);
    assert.deepEqual(await seeTransactions(app), []);
  });

  it('says what is wrong with a payment', async () => {
    const { body } = await said({ mc_gross: '2.00' });

    assert.match(
      (body as { error: { message: string } }).error.message,
      /Payment amount does not match the expected invoice total. Expected 20.00, received 2.00./,
    );
    assert.equal(await status(), 'unpaid');
  });

  it('keeps what was paid back as a refund', async () => {
    await said({});
    await said({ txn_id: 'PP2', parent_txn_id: 'PP1', payment_status: 'Refunded', mc_gross: '-20.00' });

    const [refund] = await seeTransactions(app, { type: 'refund' });
    assert.deepEqual([refund?.status, refund?.amount, refund?.note], ['processed', 20, 'PayPal refund PP1']);
    assert.deepEqual(await ledgerOf(app, payer), ['-20.00', '20.00']);
  });

  it('begins and ends subscriptions', async () => {
    const signup = { txn_type: 'subscr_signup', subscr_id: 'I-1', period3: '1 M', mc_amount3: '20.00' };
    await said(signup);
    await said(signup);
    await said({ txn_type: 'subscr_cancel', subscr_id: 'I-1' });

    const { list } = await app.call<{ list: { sid: string; status: string; period: string }[] }>(
      admin,
      'invoice/subscription_get_list',
    );
    assert.deepEqual(
      list.map(({ sid, status, period }) => [sid, status, period]),
      [['I-1', 'canceled', '1M']],
    );
  });
});
