import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { historyOf } from '../../support/build/order.ts';
import { buildKey, buildProduct } from '../../support/build/sale.ts';
import { buildOwner } from './visit.ts';

describe('an order that its owner lets end', () => {
  const app = useApp({ install: ['serviceapikey'] });

  async function sold(period = '1M') {
    const owner = await buildOwner(app);
    const { orderId } = await buildKey(app, { clientId: owner.clientId, period });
    return { ...owner, orderId, at: `/order/service/manage/${orderId}` };
  }

  it('is renewed no more, stays usable, and staff see why', async () => {
    const { visitor, at, orderId } = await sold();
    const asked = await visitor.get(`${at}/end`);

    const { headers } = await visitor.submit(`${at}/end`, `${at}/end`, { reason: 'Too <b>dear' });
    const page = await visitor.get(at);
    app.clock.advance(25 * 86_400_000);
    await app.call(admin, 'invoice/batch_generate');

    assert.match(asked.text, /You can use it until/);
    assert.equal(headers['location'], at);
    assert.match(page.text, /It ends with its period/);
    assert.ok((await historyOf(app, orderId)).some((line) => line.includes('Too <b>dear')));
    const seen = await app.call<{ status: string; unpaid_invoice_id: number | null }>(admin, 'order/get', {
      id: orderId,
    });
    assert.deepEqual([seen.status, seen.unpaid_invoice_id], ['active', null]);
  });

  it('can be kept after all', async () => {
    const { visitor, at } = await sold();
    await visitor.submit(`${at}/end`, `${at}/end`);

    await visitor.submit(at, `${at}/keep`);

    const { text } = await visitor.get(at);
    assert.doesNotMatch(text, /It ends with its period/);
    assert.match(text, /\/end"/);
  });

  it('ends once, of two who ask at the same moment', async () => {
    const { visitor, at, orderId } = await sold();
    const page = await visitor.get(`${at}/end`);
    const CSRFToken = /name="CSRFToken" value="([0-9a-f]{64})"/.exec(page.text)?.[1] ?? '';

    const answers = await Promise.all([1, 2, 3].map(() => visitor.post(`${at}/end`, { CSRFToken, reason: 'Twice' })));

    assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 409, 409]);
    assert.equal((await historyOf(app, orderId)).filter((line) => line.includes('Twice')).length, 1);
  });

  it('must renew itself', async () => {
    const owner = await buildOwner(app);
    const { orderId } = await buildKey(app, { clientId: owner.clientId });
    const at = `/order/service/manage/${orderId}`;

    assert.doesNotMatch((await owner.visitor.get(at)).text, /\/end"/);
    assert.equal((await owner.visitor.submit(`${at}/withdraw`, `${at}/end`)).status, 409);
  });

  it('must be the own one', async () => {
    const { at } = await sold();
    const { visitor } = await buildOwner(app);

    for (const path of ['end', 'keep', 'withdraw'])
      assert.equal((await visitor.submit('/client/profile', `${at}/${path}`)).status, 404);
  });

  it('is withdrawn while it was never set up, and not later', async () => {
    const { visitor, clientId } = await buildOwner(app);
    const productId = await buildProduct(app);
    const id = await app.call<number>(admin, 'order/create', { client_id: clientId, product_id: productId });
    const pending = `/order/service/manage/${id}`;
    const set = await buildKey(app, { clientId });

    const { headers } = await visitor.submit(`${pending}/withdraw`, `${pending}/withdraw`);

    assert.equal(headers['location'], '/order/service');
    assert.equal((await visitor.get(pending)).status, 404);
    const later = `/order/service/manage/${set.orderId}`;
    assert.equal((await visitor.submit(`${later}/withdraw`, `${later}/withdraw`)).status, 409);
  });

  it('is renewed at once by an invoice', async () => {
    const { visitor, at, orderId } = await sold();

    const { headers } = await visitor.submit(at, `/invoice/renew/${orderId}`);

    assert.match(headers['location'] ?? '', /^\/invoice\/\w+/);
  });
});

describe('the shop in another currency', () => {
  const app = useApp({ install: ['serviceapikey'] });

  it('shows prices in the one the visitor has chosen, and comes back to where that was', async () => {
    await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.5 });
    await buildProduct(app, { slug: 'one-key', pricing: { type: 'once', once: { price: 10, setup: 2 } } });
    const { visitor } = await buildOwner(app, { currency: undefined });

    const before = await visitor.get('/order');
    const { headers } = await visitor.submit('/order', '/cart/currency', { currency: 'EUR', next: '/order' });
    const after = await visitor.get('/order');

    assert.match(before.text, /\$10\.00/);
    assert.equal(headers['location'], '/order');
    assert.match(after.text, /€5\.00/);
    assert.match(after.text, /<option selected>EUR/);
  });

  it('makes no cart for who only looks', async () => {
    await buildProduct(app, { pricing: { type: 'once', once: { price: 10, setup: 0 } } });

    await app.request('get', '/order');

    assert.deepEqual(await app.app.database.knex('cart'), []);
  });

  it('refuses a currency that is not there', async () => {
    const { visitor } = await buildOwner(app);

    assert.equal((await visitor.submit('/order', '/cart/currency', { currency: '<x>', next: '/order' })).status, 404);
  });
});
