import assert from 'node:assert/strict';
import { defineModule } from '#core/module';
import { wechatGateway } from '#modules/gateway-wechat/adapter';
import { invoiceService } from '#modules/invoice/contract';
import { shippedModules } from '#modules/index';
import { admin, guest, useApp } from '../../support/app.ts';
import {
  buildGateway,
  buildInvoice,
  buildPayer,
  buildSandbox,
  pressed,
  seeInvoice,
  seeTransactions,
  startPayment,
  type Payer,
  type SeenInvoice,
} from '../../support/build/payment.ts';
import { buildWechat, createWechat } from '../../support/wechat.ts';

/** The same gateway, which waits less. */
const impatient = defineModule({
  name: 'impatient',
  title: 'Impatient',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({ gateways: [{ ...wechatGateway({ patienceMs: 1500 }), code: 'WechatImpatient' }] }),
});

describe('WeChat Pay, afterwards and in trouble', () => {
  const wechat = createWechat();
  before(() => wechat.vendor.open());
  after(() => wechat.vendor.close());
  const app = useApp({ modules: [...shippedModules, impatient], install: ['gateway-wechat', 'gateway-sandbox'] });
  let payer: Payer;
  let invoice: SeenInvoice;
  let gateway: number;

  beforeEach(async () => {
    wechat.reset(() => app.clock.now());
    await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 7 });
    payer = await buildPayer(app, 'CNY');
    invoice = await buildInvoice(app, payer.id, [{ title: 'Board', price: 30 }]);
    gateway = await buildWechat(app, wechat, {}, 'WechatImpatient');
  });

  const REFUNDS = '/v3/refund/domestic/refunds';
  const asked = (path: string) => wechat.asked.filter((one) => one.path === path).map(({ content }) => content);
  const begun = async () => {
    await startPayment(app, invoice.hash, gateway);
    return String(asked('/v3/pay/transactions/native').at(-1)?.['out_trade_no']);
  };
  const tell = (body: string) => app.request('post', `/ipn.php/${gateway}`).set(wechat.signed(body)).send(body);
  const paid = async () => {
    const reference = await begun();
    await tell(wechat.sealed('transaction', wechat.paid(reference)));
    assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
    return reference;
  };
  const payBack = (more: object = {}) => ({ id: invoice.id, at_gateway: 1, ...more });
  const refunds = async () =>
    (await seeTransactions(app, { type: 'refund' })).map(({ status, amount }) => [status, amount]).toSorted();

  describe('pays back', () => {
    it('all of it', async () => {
      const reference = await paid();

      const document = await app.call<number>(admin, 'invoice/refund', payBack({ note: 'Broken' }));

      const [one] = asked(REFUNDS);
      assert.equal(one?.['out_trade_no'], reference);
      assert.deepEqual(one['amount'], { refund: 3000, total: 3000, currency: 'CNY' });
      assert.equal(one['reason'], 'Broken');
      assert.match(String(one['notify_url']), new RegExp(`/ipn\\.php/${gateway}$`));
      assert.equal((await seeInvoice(app, document)).total, -30);
      assert.deepEqual(await refunds(), [['processed', 30]]);
    });

    it('a part, and then the rest, each as a refund of its own', async () => {
      await paid();

      await app.call(admin, 'invoice/refund', payBack({ amount: 10.01 }));
      await app.call(admin, 'invoice/refund', payBack());

      assert.deepEqual(
        asked(REFUNDS).map((one) => one['amount']),
        [1001, 1999].map((refund) => ({ refund, total: 3000, currency: 'CNY' })),
      );
      assert.equal(new Set(asked(REFUNDS).map((one) => one['out_refund_no'])).size, 2);
      assert.deepEqual(await refunds(), [
        ['processed', 10.01],
        ['processed', 19.99],
      ]);
    });

    it('once when the answer was lost and staff ask again', async () => {
      const reference = await paid();
      wechat.answerInstead(() => {
        wechat.answerInstead(undefined);
        return 'hang';
      });

      const lost = await app.refusal(admin, 'invoice/refund', payBack());
      await app.call(admin, 'invoice/refund', payBack());

      assert.match(lost.message, /does not answer as it should/);
      const [first, second] = asked(REFUNDS).map((one) => one['out_refund_no']);
      assert.equal(first, second);
      assert.equal(wechat.trade(reference)?.refunds.size, 1);
      assert.deepEqual(await refunds(), [['processed', 30]]);
    });

    it('and waits for the word that the money arrived, however often that comes', async () => {
      const reference = await paid();
      wechat.refundsAre('PROCESSING');

      await app.call(admin, 'invoice/refund', payBack());
      assert.deepEqual(await refunds(), [['received', 30]]);
      const body = wechat.sealed('refund', wechat.refunded(reference, String(asked(REFUNDS)[0]?.['out_refund_no'])));
      await Promise.all([tell(body), tell(body), tell(body)]);

      assert.deepEqual(await refunds(), [['processed', 30]]);
    });

    it('nothing when WeChat Pay will not, and says why', async () => {
      await paid();
      wechat.answerInstead(() => wechat.refusal(403, 'NOT_ENOUGH'));

      const { message } = await app.refusal(admin, 'invoice/refund', payBack());

      assert.equal(message, 'WeChat Pay did not pay back: NOT_ENOUGH');
      assert.deepEqual(await refunds(), [['error', 30]]);
      assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
    });

    it('nothing when the money cannot arrive', async () => {
      await paid();
      wechat.refundsAre('ABNORMAL');

      const { message } = await app.refusal(admin, 'invoice/refund', payBack());

      assert.match(message, /ABNORMAL/);
      assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
    });

    it('and hears of what staff paid back on its own pages', async () => {
      const reference = await paid();
      wechat.trade(reference)?.refunds.set('by-hand', 750);

      const answer = await tell(wechat.sealed('refund', wechat.refunded(reference, 'by-hand')));

      assert.equal(answer.status, 200);
      assert.deepEqual(await refunds(), [['processed', 7.5]]);
    });

    it('and takes no word of a refund of another merchant', async () => {
      const reference = await paid();
      const content = { ...wechat.refunded(reference, 'by-hand'), mchid: '1900000032' };

      assert.equal((await tell(wechat.sealed('refund', content))).status, 400);
      assert.deepEqual(await refunds(), []);
    });
  });

  it('keeps what came in and went back before it was heard of as failed', async () => {
    const reference = await begun();

    await tell(wechat.sealed('transaction', wechat.paid(reference, { trade_state: 'REFUND' })));

    assert.equal((await seeTransactions(app))[0]?.error, 'Payment failed: REFUND');
    assert.equal((await seeInvoice(app, invoice.id)).status, 'unpaid');
  });

  it('closes the trade when the invoice was paid another way', async () => {
    const reference = await begun();
    const sandbox = await buildSandbox(app);
    const other = await startPayment(app, invoice.hash, sandbox);
    await pressed(app.browser(), other.reference, 'pay');
    app.clock.advance(4000);

    await app.app.service(invoiceService).payments.refresh(app.system(), invoice.id);
    await app.settle();

    assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
    assert.equal(wechat.trade(reference)?.state, 'CLOSED');
  });

  it('asks for a new payment when the trade of the old one was closed', async () => {
    const reference = await begun();
    const trade = wechat.trade(reference);
    assert.ok(trade);
    trade.state = 'CLOSED';

    app.clock.advance(4000);
    await app.app.service(invoiceService).payments.refresh(app.system(), invoice.id);

    assert.notEqual(await begun(), reference);
  });

  it('lets be what was never begun, was paid meanwhile, or is closed', async () => {
    const close = async () =>
      wechatGateway().close?.(
        app.system(),
        { reference: 'X', externalId: undefined },
        { gatewayId: gateway, isTest: true, values: wechat.config() },
      );
    for (const [status, code] of [
      [404, 'ORDER_NOT_EXIST'],
      [400, 'ORDER_PAID'],
      [400, 'ORDERCLOSED'],
    ] as const) {
      wechat.answerInstead(() => wechat.refusal(status, code));
      await close();
    }

    for (const [status, code] of [
      [500, 'SYSTEM_ERROR'],
      [400, 'PARAM_ERROR'],
      [401, 'SIGN_ERROR'],
    ] as const) {
      wechat.answerInstead(() => wechat.refusal(status, code));
      await assert.rejects(close, new RegExp(code));
    }
  });

  describe('is one defined error, and tells no secret, when WeChat Pay', () => {
    const troubles = {
      'answers 500': () => wechat.refusal(500, 'SYSTEM_ERROR'),
      hangs: () => 'hang' as const,
      'sends the request elsewhere': () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }),
      'answers nonsense': () => ({ status: 200, body: '<html>' }),
      'answers signed nonsense': () => ({ status: 200, headers: wechat.signed('<html>'), body: '<html>' }),
      'answers without end': () => ({ status: 200, body: 'x'.repeat(300_000) }),
      'does not know the shop': () => wechat.refusal(401, 'SIGN_ERROR'),
      'is asked too often': () => wechat.refusal(429, 'FREQUENCY_LIMITED'),
    };

    for (const [what, answer] of Object.entries(troubles))
      it(what, async () => {
        wechat.answerInstead(answer);

        const { message, status } = await app.refusal(guest, 'invoice/payment', {
          hash: invoice.hash,
          gateway_id: gateway,
        });

        assert.match(message, /^The payment gateway WeChat Pay does not answer as it should/);
        assert.equal(status, 503);
        assert.deepEqual(await seeTransactions(app), []);
      });
  });

  it('logs no key and nothing that was sent', async () => {
    const lines: unknown[] = [];
    const note = (...line: unknown[]) => void lines.push(line);
    const ctx = { ...app.system(), log: { ...app.system().log, error: note, warn: note } };
    const { payments, find } = app.app.service(invoiceService);
    const found = await find(ctx, invoice.id);
    assert.ok(found);
    wechat.answerInstead(() => ({ status: 500, body: JSON.stringify({ code: wechat.shop.privateKey }) }));

    await assert.rejects(payments.start(ctx, found, { gatewayId: gateway }));

    assert.equal(lines.length, 1);
    assert.match(JSON.stringify(lines), /WeChat Pay answered 500 to POST \/v3\/pay\/transactions\/native/);
    assert.doesNotMatch(JSON.stringify(lines), /PRIVATE KEY|APIv3|signature|3000/);
  });

  describe('is set up', () => {
    const update = (config: object, more: object = {}) =>
      app.refusal(admin, 'invoice/gateway_update', { id: gateway, config: { ...wechat.config(), ...config }, ...more });

    it('and never shows the private key and the APIv3 key again', async () => {
      const { config } = await app.call<{ config: Record<string, string> }>(admin, 'invoice/gateway_get', {
        id: gateway,
      });

      assert.deepEqual([config['private_key'], config['api_v3_key']], ['********', '********']);
      await app.call(admin, 'invoice/gateway_update', { id: gateway, config });
      assert.match(await begun(), /^\w{24}$/);
    });

    it('with keys that are such keys, also while it is off', async () => {
      const off = { enabled: 0 };

      assert.match((await update({ private_key: wechat.key.publicKey }, off)).message, /no RSA private key/);
      assert.match((await update({ public_key: wechat.key.privateKey }, off)).message, /no RSA public key/);
      assert.match((await update({ platform_certificates: wechat.key.publicKey }, off)).message, /no certificates/);
    });

    it('completely before it is switched on', async () => {
      const missing = {
        app_id: 'the App ID',
        mch_id: 'the merchant number',
        serial_no: 'the serial number of the merchant certificate',
        api_v3_key: 'the APIv3 key of 32 characters',
        public_key_id: 'the WeChat Pay public key together with its ID',
      };

      for (const [name, what] of Object.entries(missing)) {
        const { message } = await update({ [name]: '' });
        assert.equal(message, `The "WeChat Pay" payment gateway is not fully configured. Please configure ${what}`);
      }
      assert.match((await update({ api_v3_key: 'short' })).message, /APIv3 key of 32 characters/);
      assert.match((await update({ public_key: '', public_key_id: '' })).message, /or a platform certificate/);
      await assert.rejects(buildGateway(app, 'WechatPay'), /not fully configured/);
      const offered = await app.call<{ code: string }[]>(guest, 'invoice/gateways');
      assert.ok(!offered.some(({ code }) => code === 'WechatPay'));
    });

    it('with no other address than one on the web, but for tests', async () => {
      assert.match((await update({ endpoint: 'http://api.example' })).message, /https:\/\//);
      assert.match((await update({}, { test_mode: 0 })).message, /https:\/\//);
    });
  });
});
