import assert from 'node:assert/strict';
import { invoiceService } from '#modules/invoice/contract';
import { admin, guest, useApp } from '../../support/app.ts';
import {
  balanceOf,
  buildInvoice,
  buildPayer,
  ledgerOf,
  seeInvoice,
  seeTransactions,
  startPayment,
  type Payer,
  type SeenInvoice,
} from '../../support/build/payment.ts';
import { buildWechat, createWechat, PUBLIC_KEY_ID } from '../../support/wechat.ts';

describe('paying through WeChat Pay', () => {
  const wechat = createWechat();
  before(() => wechat.vendor.open());
  after(() => wechat.vendor.close());
  const app = useApp({ install: ['gateway-wechat'] });
  let payer: Payer;
  let invoice: SeenInvoice;
  let gateway: number;

  beforeEach(async () => {
    wechat.reset(() => app.clock.now());
    await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 7 });
    payer = await buildPayer(app, 'CNY');
    invoice = await buildInvoice(app, payer.id, [{ title: 'Board', price: 88.88 }]);
    gateway = await buildWechat(app, wechat);
  });

  const start = (channel?: string) =>
    startPayment(app, invoice.hash, gateway, channel === undefined ? {} : { channel });
  const begun = async (channel?: string) => {
    await start(channel);
    return String(wechat.asked.at(-1)?.content['out_trade_no']);
  };
  const tell = (body: string, headers = wechat.signed(body), at = gateway) =>
    app.request('post', `/ipn.php/${at}`).set(headers).send(body);
  const tellPaid = async (more: object = {}) =>
    tell(wechat.sealed('transaction', wechat.paid(await begun(), { ...more })));
  const status = async () => (await seeInvoice(app, invoice.id)).status;
  const refresh = () => app.app.service(invoiceService).payments.refresh(app.system(), invoice.id);

  it('asks for the text of a QR code for exactly what is due, and again for the same payment', async () => {
    const first = await start();
    const again = await start('qr');

    const [one, two] = wechat.asked;
    assert.equal(one?.path, '/v3/pay/transactions/native');
    assert.deepEqual(one.content['amount'], { total: 8888, currency: 'CNY' });
    assert.match(String(one.content['notify_url']), new RegExp(`/ipn\\.php/${gateway}$`));
    assert.match(String(one.content['out_trade_no']), /^[A-Za-z0-9]{24}$/);
    assert.equal(one.headers['wechatpay-serial'], PUBLIC_KEY_ID);
    assert.match(first.code ?? '', /^weixin:\/\/wxpay\/bizpayurl\?pr=/);
    assert.equal(two?.content['appid'], one.content['appid']);
    assert.match(again.code ?? '', /^weixin:/);
  });

  it('sends the browser of a phone to the page for phones, and back to the invoice', async () => {
    const { service_url } = await start('h5');

    const url = new URL(service_url);
    assert.equal(url.host, 'wx.tenpay.com');
    assert.match(url.searchParams.get('redirect_url') ?? '', new RegExp(`/invoice/${invoice.hash}\\?status=ok$`));
    const [asked] = wechat.asked;
    assert.match(JSON.stringify(asked?.content['scene_info']), /"payer_client_ip":"[\d.:a-f]+"/);
  });

  it('has no other ways to pay', async () => {
    const params = { hash: invoice.hash, gateway_id: gateway, channel: 'fax' };

    assert.match((await app.refusal(guest, 'invoice/payment', params)).message, /no such way to pay/);
  });

  it('books what WeChat Pay says once, however often it says it', async () => {
    const body = wechat.sealed('transaction', wechat.paid(await begun()));

    const answers = await Promise.all(Array.from({ length: 5 }, () => tell(body)));

    assert.deepEqual([...new Set(answers.map(({ status, text }) => `${status} ${text}`))], ['200 {"code":"SUCCESS"}']);
    assert.equal(await status(), 'paid');
    assert.deepEqual(await ledgerOf(app, payer), ['-88.88', '88.88']);
    assert.deepEqual(
      (await seeTransactions(app)).map((row) => [row.status, row.amount, row.currency, row.txn_status]),
      [['processed', 88.88, 'CNY', 'SUCCESS']],
    );
  });

  it('hears it at the address with a query as well', async () => {
    const body = wechat.sealed('transaction', wechat.paid(await begun()));

    await app.request('post', `/ipn.php?gateway_id=${gateway}`).set(wechat.signed(body)).send(body);

    assert.equal(await status(), 'paid');
  });

  describe('knows by which key WeChat Pay signs', () => {
    const SERIAL = '00AB5A1C11111111111111111111111111111111';
    const older = () => ({ serial: '00ab5a1c11111111111111111111111111111111', privateKey: wechat.older.privateKey });
    const configure = (config: object) =>
      app.call(admin, 'invoice/gateway_update', { id: gateway, config: { ...wechat.config(), ...config } });
    const tellBy = async (by: ReturnType<typeof older>) => {
      const body = wechat.sealed('transaction', wechat.paid(await begun()));
      return tell(body, wechat.signed(body, by));
    };

    it('while it changes over from a certificate to a public key', async () => {
      const other = wechat.certificate('7777');
      await configure({ platform_certificates: `${other}${wechat.certificate(SERIAL)}` });

      assert.equal((await tellBy(older())).status, 200);

      assert.equal(await status(), 'paid');
    });

    it('without a public key', async () => {
      await configure({ public_key: '', public_key_id: '', platform_certificates: wechat.certificate(SERIAL) });
      wechat.signWith(older());

      assert.equal((await tellBy(older())).status, 200);

      assert.equal(wechat.asked.at(-1)?.headers['wechatpay-serial'], undefined);
      assert.equal(await status(), 'paid');
    });

    it('and no certificate that is over or not begun', async () => {
      const now = app.clock.now().getTime();
      for (const time of [{ until: new Date(now - 60_000) }, { from: new Date(now + 60_000) }]) {
        await configure({ platform_certificates: wechat.certificate(SERIAL, time) });
        assert.equal((await tellBy(older())).status, 400);
      }
      assert.equal(await status(), 'unpaid');
    });

    it('and none that it does not name', async () => {
      await configure({ platform_certificates: wechat.certificate(SERIAL) });
      const { privateKey } = older();

      for (const serial of ['', '7777', PUBLIC_KEY_ID])
        assert.equal((await tellBy({ serial, privateKey })).status, 400);
      assert.equal(await status(), 'unpaid');
    });
  });

  describe('keeps nothing', () => {
    let good: string;
    beforeEach(async () => {
      good = wechat.sealed('transaction', wechat.paid(await begun()));
    });
    afterEach(async () => {
      assert.deepEqual(await seeTransactions(app), []);
      assert.equal(await status(), 'unpaid');
    });
    const isRefused = async (body: string, headers?: Record<string, string>) => {
      const answer = await tell(body, headers);
      assert.deepEqual([answer.status, (answer.body as { code: string }).code], [400, 'FAIL']);
    };

    it('that somebody else signed, or nobody', async () => {
      const { 'wechatpay-signature': signature = '', ...rest } = wechat.signed(good);
      await isRefused(good, wechat.signed(good, { serial: PUBLIC_KEY_ID, privateKey: wechat.shop.privateKey }));
      await isRefused(good, rest);
      await isRefused(good, { ...rest, 'wechatpay-signature': `WECHATPAY/SIGNTEST/${signature}` });
      await isRefused(good, { 'content-type': 'application/json' });
    });

    it('that was changed, or written anew, after it was signed', async () => {
      const headers = wechat.signed(good);
      await isRefused(JSON.stringify(JSON.parse(good), undefined, 1), headers);
      await isRefused(`${good} `, headers);
      await isRefused(good, { ...headers, 'wechatpay-nonce': 'another' });
      await isRefused(good, { ...headers, 'wechatpay-timestamp': `0${headers['wechatpay-timestamp'] ?? ''}` });
    });

    it('that is more than five minutes old, or that far ahead', async () => {
      const headers = wechat.signed(good);
      app.clock.advance(301_000);
      await isRefused(good, headers);
      await isRefused(good, wechat.signed(good, undefined, new Date(app.clock.now().getTime() + 302_000)));
    });

    it('that was sealed for another merchant', async () => {
      const content = wechat.paid(await begun());
      await isRefused(wechat.sealed('transaction', content, 'The-APIv3-key-of-somebody-else-0'));
      await isRefused(wechat.sealed('transaction', { ...content, mchid: '1900000032' }));
      await isRefused(wechat.sealed('transaction', { ...content, appid: 'wx8888888888888889' }));
    });

    it('that was sealed as something else', async () => {
      const { resource, ...rest } = JSON.parse(good) as { resource: Record<string, string> };
      for (const change of [
        { associated_data: 'refund' },
        { nonce: '000000000000' },
        { algorithm: 'none' },
        { ciphertext: '' },
      ])
        await isRefused(JSON.stringify({ ...rest, resource: { ...resource, ...change } }));
    });

    it('that makes no sense', async () => {
      const content = wechat.paid(await begun());
      for (const total of [88.88, -1, '8888', undefined, 1e17])
        await isRefused(wechat.sealed('transaction', { ...content, amount: { total, currency: 'CNY' } }));
      await isRefused(wechat.sealed('transaction', { ...content, transaction_id: undefined }));
    });

    it('of what is about no money, and says that it was heard', async () => {
      const { resource, ...rest } = JSON.parse(good) as { resource: object };
      for (const body of [
        JSON.stringify({ ...rest, resource: { ...resource, original_type: 'payscore' } }),
        'null',
        '[]',
        wechat.sealed('transaction', wechat.paid(await begun(), { trade_state: 'USERPAYING' })),
      ])
        assert.equal((await tell(body)).status, 200);
    });
  });

  it('does not take what is meant for one gateway at another', async () => {
    const body = wechat.sealed('transaction', wechat.paid(await begun()));
    const copy = await app.call<number>(admin, 'invoice/gateway_copy', { id: gateway });
    const otherKey = { ...wechat.config(), api_v3_key: 'The-APIv3-key-of-somebody-else-0' };

    await tell(body, undefined, copy);
    await app.call(admin, 'invoice/gateway_update', { id: copy, config: otherKey });
    const foreign = await tell(body, undefined, copy);
    const nowhere = await tell(body, undefined, 4711);

    assert.equal(foreign.status, 400);
    assert.match(nowhere.text, /Invalid payment gateway/);
    assert.equal(await status(), 'unpaid');
    assert.deepEqual(
      (await seeTransactions(app)).map(({ error }) => error),
      ['Invoice was not found'],
    );
    assert.equal(await balanceOf(app, payer), 0);
  });

  it('shows staff a payment of too little or in another currency, and books neither', async () => {
    const little = await tellPaid({ amount: { total: 1, currency: 'CNY' } });
    const foreign = await tellPaid({ transaction_id: 'T2', amount: { total: 8888, currency: 'USD' } });

    assert.deepEqual([little.status, foreign.status], [200, 200]);
    const errors = (await seeTransactions(app)).map((row) => row.error?.slice(0, 30)).toSorted();
    assert.deepEqual(errors, ['Payment amount does not match ', 'Payment currency does not matc']);
    assert.equal(await status(), 'unpaid');
    assert.equal(await balanceOf(app, payer), 0);
  });

  it('leaves what comes late for a canceled invoice on the balance', async () => {
    const body = wechat.sealed('transaction', wechat.paid(await begun()));
    await app.call(admin, 'invoice/update', { id: invoice.id, status: 'canceled' });

    await tell(body);

    assert.equal(await status(), 'canceled');
    assert.equal(await balanceOf(app, payer), 88.88);
  });

  it('asks how a payment stands when WeChat Pay was not heard, and books it once', async () => {
    const reference = await begun();
    await refresh();
    assert.equal(await status(), 'unpaid');
    const body = wechat.sealed('transaction', wechat.paid(reference));
    app.clock.advance(180_000);

    assert.equal(await refresh(), true);
    await tell(body);

    assert.deepEqual(await ledgerOf(app, payer), ['-88.88', '88.88']);
    assert.equal((await seeTransactions(app)).length, 1);
  });

  it('takes no answer that is about another trade, old or not signed', async () => {
    const reference = await begun();
    const good = wechat.paid(reference);
    const text = JSON.stringify(good);
    const old = new Date(app.clock.now().getTime() - 301_000);
    const answers = [
      () => wechat.answer({ ...good, out_trade_no: 'AnotherTrade0000000000AB' }),
      () => wechat.answer({ ...good, mchid: '1900000032' }),
      () => ({ status: 200, body: text }),
      () => ({ status: 200, headers: wechat.signed(text, undefined, old), body: text }),
      () => ({ status: 200, headers: wechat.signed(`${text} `), body: text }),
    ];

    for (const answer of answers) {
      wechat.answerInstead(answer);
      app.clock.advance(60_000);
      assert.equal(await refresh(), false);
    }

    assert.deepEqual(await seeTransactions(app), []);
    assert.equal(wechat.asked.filter(({ method }) => method === 'GET').length, answers.length);
  });

  it('does not ask for a code for what is paid already', async () => {
    wechat.answerInstead(() => wechat.refusal(400, 'ORDERPAID'));

    const { message } = await app.refusal(guest, 'invoice/payment', { hash: invoice.hash, gateway_id: gateway });

    assert.match(message, /was made already/);
  });

  it('takes yuan only', async () => {
    const other = await buildInvoice(app, (await buildPayer(app)).id);

    const refusal = await app.refusal(guest, 'invoice/payment', { hash: other.hash, gateway_id: gateway });
    assert.match(refusal.message, /does not accept USD/);
    await app.call(admin, 'invoice/gateway_update', { id: gateway, accepted_currencies: ['CNY', 'USD'] });
    const again = await app.refusal(guest, 'invoice/payment', { hash: other.hash, gateway_id: gateway });
    assert.equal(again.message, 'WeChat Pay takes CNY only');
  });
});
