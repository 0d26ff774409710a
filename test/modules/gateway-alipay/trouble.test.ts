import assert from 'node:assert/strict';
import { defineModule } from '#core/module';
import { alipayGateway } from '#modules/gateway-alipay/adapter';
import { invoiceService } from '#modules/invoice/contract';
import { shippedModules } from '#modules/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildAlipay, createAlipay } from '../../support/alipay.ts';
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
import { keyPair } from '../../support/vendor.ts';

/** The same gateway, which waits less. */
const impatient = defineModule({
  name: 'impatient',
  title: 'Impatient',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  setup: () => ({ gateways: [{ ...alipayGateway({ patienceMs: 1500 }), code: 'AlipayImpatient' }] }),
});

describe('Alipay, afterwards and in trouble', () => {
  const alipay = createAlipay();
  before(() => alipay.vendor.open());
  after(() => alipay.vendor.close());
  const app = useApp({ modules: [...shippedModules, impatient], install: ['gateway-alipay', 'gateway-sandbox'] });
  let payer: Payer;
  let invoice: SeenInvoice;
  let gateway: number;

  beforeEach(async () => {
    alipay.reset();
    await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 7 });
    payer = await buildPayer(app, 'CNY');
    invoice = await buildInvoice(app, payer.id, [{ title: 'Board', price: 30 }]);
    gateway = await buildAlipay(app, alipay, { way: 'qr' }, 'AlipayImpatient');
  });

  const asked = (method: string) => alipay.asked.filter((one) => one.method === `alipay.trade.${method}`);
  const begun = async () => {
    await startPayment(app, invoice.hash, gateway);
    return asked('precreate').at(-1)?.content['out_trade_no'] ?? '';
  };
  const tell = (fields: Record<string, string>) =>
    app.request('post', `/ipn.php?gateway_id=${gateway}`).type('form').send(alipay.signed(fields));
  const paid = async () => {
    const reference = await begun();
    await tell(alipay.paid(app, reference));
    assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
    return reference;
  };
  const payBack = (more: object = {}) => ({ id: invoice.id, at_gateway: 1, ...more });
  const refunds = async () =>
    (await seeTransactions(app, { type: 'refund' })).map(({ status, amount }) => [status, amount]);

  describe('pays back', () => {
    it('all of it', async () => {
      const reference = await paid();

      const document = await app.call<number>(admin, 'invoice/refund', payBack({ note: 'Broken' }));

      const [one] = asked('refund');
      assert.deepEqual([one?.content['out_trade_no'], one?.content['refund_amount']], [reference, '30.00']);
      assert.equal(one?.content['refund_reason'], 'Broken');
      assert.equal((await seeInvoice(app, document)).total, -30);
      assert.deepEqual(await refunds(), [['processed', 30]]);
    });

    it('a part, and then the rest, each as a refund of its own', async () => {
      await paid();

      await app.call(admin, 'invoice/refund', payBack({ amount: 10.01 }));
      await app.call(admin, 'invoice/refund', payBack());

      assert.deepEqual(
        asked('refund').map(({ content }) => content['refund_amount']),
        ['10.01', '19.99'],
      );
      assert.equal(new Set(asked('refund').map(({ content }) => content['out_request_no'])).size, 2);
      assert.deepEqual((await refunds()).toSorted(), [
        ['processed', 10.01],
        ['processed', 19.99],
      ]);
    });

    it('once when the answer was lost and staff ask again', async () => {
      const reference = await paid();
      alipay.answerInstead(({ method }) => {
        if (method !== 'alipay.trade.refund') return undefined;
        alipay.answerInstead(() => undefined);
        return 'hang';
      });

      const lost = await app.refusal(admin, 'invoice/refund', payBack());
      await app.call(admin, 'invoice/refund', payBack());

      assert.match(lost.message, /does not answer as it should/);
      const [first, second] = asked('refund').map(({ content }) => content['out_request_no']);
      assert.equal(first, second);
      assert.equal(alipay.trade(reference)?.refunds.size, 1);
      assert.deepEqual(await refunds(), [['processed', 30]]);
    });

    it('and asks again when Alipay does not say whether money moved', async () => {
      const reference = await paid();
      alipay.answerInstead(({ method, content }) => {
        if (method !== 'alipay.trade.refund') return undefined;
        alipay.trade(reference)?.refunds.set(content['out_request_no'] ?? '', '30.00');
        return { code: '10000', out_trade_no: reference, trade_no: alipay.trade(reference)?.tradeNo, fund_change: 'N' };
      });

      await app.call(admin, 'invoice/refund', payBack());

      assert.equal(asked('fastpay.refund.query').length, 1);
      assert.deepEqual(await refunds(), [['processed', 30]]);
    });

    it('nothing when Alipay will not, and says why', async () => {
      await paid();
      alipay.answerInstead(() => alipay.refusal('ACQ.SELLER_BALANCE_NOT_ENOUGH'));

      const { message } = await app.refusal(admin, 'invoice/refund', payBack());

      assert.equal(message, 'Alipay did not pay back: ACQ.SELLER_BALANCE_NOT_ENOUGH');
      assert.deepEqual(await refunds(), [['error', 30]]);
      assert.equal((await seeInvoice(app, invoice.id)).status, 'paid');
    });

    it('and hears of what staff paid back on its own pages', async () => {
      const reference = await paid();
      alipay.trade(reference)?.refunds.set('by-hand', '7.50');
      const notice = { gmt_refund: '2026-01-01 00:00:00.000', out_biz_no: 'by-hand', refund_fee: '9.99' };

      const answers = [
        await tell(alipay.paid(app, reference, notice)),
        await tell(alipay.paid(app, reference, notice)),
        await tell(alipay.paid(app, reference, { ...notice, out_biz_no: 'never' })),
      ];

      assert.deepEqual([...new Set(answers.map(({ text }) => text))], ['success']);
      assert.deepEqual(await refunds(), [['processed', 7.5]]);
      assert.equal((await seeTransactions(app)).length, 2);
    });
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
    assert.equal(alipay.trade(reference)?.status, 'TRADE_CLOSED');
  });

  it('lets be what was never begun, was paid meanwhile, or is closed', async () => {
    await begun();
    for (const refusal of ['ACQ.TRADE_NOT_EXIST', 'ACQ.TRADE_STATUS_ERROR']) {
      alipay.answerInstead(() => alipay.refusal(refusal));
      await alipayGateway().close?.(app.system(), { reference: 'X', externalId: undefined }, stored());
    }

    alipay.answerInstead(() => alipay.refusal('ACQ.SYSTEM_ERROR'));
    await assert.rejects(async () =>
      alipayGateway().close?.(app.system(), { reference: 'X', externalId: undefined }, stored()),
    );
  });
  const stored = () => ({ gatewayId: gateway, isTest: true, values: alipay.config() });

  describe('is one defined error, and tells no secret, when Alipay', () => {
    const troubles = {
      'answers 500': () => ({ status: 500, body: 'the key is…' }),
      hangs: () => 'hang' as const,
      'sends the request elsewhere': () => ({ status: 302, headers: { location: 'http://127.0.0.1:1/' } }),
      'answers nonsense': () => ({ status: 200, body: '<html>' }),
      'answers without end': () => ({ status: 200, body: 'x'.repeat(300_000) }),
      'answers with another code': () => ({
        code: '10000',
        out_trade_no: 'AnotherOne',
        qr_code: 'https://evil.example',
      }),
      'does not know the app': () => ({ code: '40002', sub_code: 'isv.invalid-signature' }),
    };

    for (const [what, answer] of Object.entries(troubles))
      it(what, async () => {
        alipay.answerInstead(answer);

        const { message, status } = await app.refusal(guest, 'invoice/payment', {
          hash: invoice.hash,
          gateway_id: gateway,
        });

        assert.match(message, /^The payment gateway Alipay does not answer as it should/);
        assert.equal(status, 503);
        assert.deepEqual(await seeTransactions(app), []);
      });
  });

  describe('is set up', () => {
    const update = (config: object, more: object = {}) =>
      app.refusal(admin, 'invoice/gateway_update', { id: gateway, config, ...more });

    it('with keys as people paste them', async () => {
      const bare = (pem: string) => pem.replaceAll(/-----[^-]+-----|\s/g, '');
      const { private_key, alipay_public_key } = alipay.config();
      const forms: ((pem: string) => string)[] = [
        bare,
        (pem) => pem.replaceAll('\n', ''),
        (pem) => pem.replaceAll('\n', '\r\n'),
      ];

      for (const form of forms) {
        await app.call(admin, 'invoice/gateway_update', {
          id: gateway,
          config: {
            ...alipay.config(),
            way: 'qr',
            private_key: form(private_key),
            alipay_public_key: form(alipay_public_key),
          },
        });
        assert.match(await begun(), /^\w{24}$/);
      }
    });

    it('and never shows the private key again', async () => {
      const shown = await app.call<{ config: Record<string, string>; form: Record<string, [string]> }>(
        admin,
        'invoice/gateway_get',
        { id: gateway },
      );

      assert.equal(shown.config['private_key'], '********');
      assert.equal(shown.form['private_key']?.[0], 'password');
      assert.ok(!JSON.stringify(shown).includes('PRIVATE KEY'));
      await app.call(admin, 'invoice/gateway_update', { id: gateway, config: shown.config });
      assert.match(await begun(), /^\w{24}$/);
    });

    it('with keys that are such keys, also while it is off', async () => {
      const config = alipay.config();
      const off = { enabled: 0 };
      const { privateKey, publicKey } = keyPair(1024);

      for (const wrong of ['nonsense', config.alipay_public_key, privateKey])
        assert.match((await update({ ...config, private_key: wrong }, off)).message, /no RSA private key/);
      for (const wrong of ['nonsense', config.private_key, publicKey, `${config.alipay_public_key}\nand more`])
        assert.match((await update({ ...config, alipay_public_key: wrong }, off)).message, /no RSA public key/);
    });

    it('completely before it is switched on', async () => {
      const config = alipay.config();

      for (const [name, what] of [
        ['app_id', 'the App ID'],
        ['alipay_public_key', 'the public key of Alipay'],
      ] as const) {
        const { message } = await update({ ...config, [name]: '' });
        assert.equal(message, `The "Alipay" payment gateway is not fully configured. Please configure ${what}`);
      }
      await assert.rejects(buildGateway(app, 'Alipay'), /not fully configured/);
      const offered = await app.call<{ code: string }[]>(guest, 'invoice/gateways');
      assert.ok(!offered.some(({ code }) => code === 'Alipay'));
    });

    it('with no other address than one on the web, but for tests', async () => {
      const config = alipay.config();
      const wrong = ['http://openapi.example', 'ftp://x', 'https://a:b@example.com/', 'nonsense', 'file:///etc/passwd'];

      for (const endpoint of wrong) assert.match((await update({ ...config, endpoint })).message, /https:\/\//);
      assert.match((await update(config, { test_mode: 0 })).message, /https:\/\//);
      await app.call(admin, 'invoice/gateway_update', {
        id: gateway,
        test_mode: 0,
        config: { ...config, endpoint: 'https://openapi.example/gateway.do' },
      });
    });
  });

  it('logs no key and nothing that was sent', async () => {
    const lines: unknown[] = [];
    const note = (...line: unknown[]) => void lines.push(line);
    const ctx = { ...app.system(), log: { ...app.system().log, error: note, warn: note } };
    const { payments, find } = app.app.service(invoiceService);
    const found = await find(ctx, invoice.id);
    assert.ok(found);
    alipay.answerInstead(() => ({ status: 500, body: alipay.shop.privateKey }));

    await assert.rejects(payments.start(ctx, found, { gatewayId: gateway, channel: 'qr' }));

    assert.equal(lines.length, 1);
    const text = JSON.stringify(lines, (_, value: unknown) => (value instanceof Error ? String(value.cause) : value));
    assert.match(text, /Alipay answered 500 to alipay\.trade\.precreate/);
    assert.doesNotMatch(text, /PRIVATE KEY|sign=|biz_content|30\.00/);
  });

  it('is there only while its module is active', async () => {
    const available = () => app.call<string[]>(admin, 'invoice/gateway_get_available');
    assert.ok((await available()).includes('Alipay'));

    await app.call(admin, 'extension/deactivate', { type: 'mod', id: 'gateway-alipay' });

    assert.ok(!(await available()).includes('Alipay'));
  });
});
