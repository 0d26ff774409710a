import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildAlipay, createAlipay } from '../../support/alipay.ts';
import { APP, buildSale, configure, send, type Answer } from '../../support/build/extstars.ts';
import { buildWechat, createWechat } from '../../support/wechat.ts';

describe('extstars: paying through Alipay and WeChat Pay', () => {
  const [alipay, wechat] = [createAlipay(), createWechat()];
  before(() => Promise.all([alipay.vendor.open(), wechat.vendor.open()]));
  after(() => [alipay, wechat].forEach(({ vendor }) => vendor.close()));
  const app = useApp({ install: ['extstars-accounts', 'gateway-alipay', 'gateway-wechat'] });
  let ids: { alipay: number; wechat: number };

  beforeEach(async () => {
    alipay.reset();
    wechat.reset(() => app.clock.now());
    await app.call(admin, 'currency/create', { code: 'CNY', conversion_rate: 1 });
    await buildSale(app, { language: 'zh', currency: 'CNY' });
    ids = { alipay: await buildAlipay(app, alipay), wechat: await buildWechat(app, wechat) };
  });

  const buy = (pay_method: string) =>
    send(app, '/api/v2/order/create', { user_email: 'kay@example.com', amount: 2, pay_method });
  const poll = ({ data }: Answer) => {
    const { order_id, order_check_token } = data as { order_id: number; order_check_token: string };
    return send(app, '/api/v2/order/check', { order_id, order_check_token });
  };
  const codes = async () =>
    (await app.call<{ list: unknown[] }>(admin, 'extstars/code_get_list', { app_id: APP })).list.length;

  it('sends the buyer to the page of Alipay, and delivers once Alipay says that it was paid', async () => {
    await configure(app, { gateway_alipay: ids.alipay });
    const created = await buy('alipay');
    assert.equal(created.code, 100, created.text);
    assert.equal(created.data.qrcode, '');
    const { content, method } = alipay.opened(created.data.link as string);
    assert.deepEqual([method, content['total_amount']], ['alipay.trade.page.pay', '20.00']);

    const fields = alipay.signed(alipay.paid(app, content['out_trade_no'] ?? ''));
    for (const _ of [1, 2]) await app.request('post', `/ipn.php?gateway_id=${ids.alipay}`).type('form').send(fields);
    await app.settle();

    assert.equal((await poll(created)).data.is_paid, 1);
    assert.equal(await codes(), 2);
  });

  it('gives the code of Alipay where staff prefer it', async () => {
    await configure(app, { gateway_alipay: ids.alipay, alipay_channel: 'qr' });

    const { data } = await buy('alipay');

    assert.match(data.qrcode as string, /^https:\/\/qr\.alipay\.com\//);
    assert.deepEqual([data.link, data.tips], ['', 'TEST 请使用支付宝扫码付款']);
  });

  it('gives the code of WeChat Pay for wechat, and its page for phones for wechat_h5', async () => {
    await configure(app, { gateway_wechat: ids.wechat, gateway_wechat_h5: ids.wechat });

    const [scanned, opened] = [await buy('wechat'), await buy('wechat_h5')];

    assert.match(scanned.data.qrcode as string, /^weixin:\/\//);
    assert.equal(scanned.data.link, '');
    assert.match(opened.data.link as string, /^https:\/\/wx\.tenpay\.com\//);
    assert.equal(opened.data.qrcode, '');
    assert.deepEqual(
      wechat.asked.map(({ path }) => path),
      ['/v3/pay/transactions/native', '/v3/pay/transactions/h5'],
    );
  });

  it('finds both by their names when staff chose none, and delivers what WeChat Pay says was paid', async () => {
    const created = await buy('wechat');
    assert.equal(created.code, 100, created.text);
    assert.equal((await poll(created)).data.is_paid, 0);
    const body = wechat.sealed('transaction', wechat.paid(String(wechat.asked[0]?.content['out_trade_no'])));

    await app.request('post', `/ipn.php/${ids.wechat}`).set(wechat.signed(body)).send(body);
    await app.settle();

    assert.equal((await poll(created)).data.is_paid, 1);
    assert.equal(await codes(), 2);
    assert.ok((await buy('alipay')).data.link);
  });
});
