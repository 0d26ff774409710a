import assert from 'node:assert/strict';
import { fromLines, toLines } from '#modules/serviceapikey/lines';
import { ADMIN, useApp } from '../../support/app.ts';
import { buildClient, buildKey, keyOf } from '../../support/build/sale.ts';
import { admin } from '../../support/app.ts';

const config = { custom_seats: '5', custom_note: '<i>hi</i>', private_cost: 'eighty', case: 'upper' };

describe('the page of an API key', () => {
  const app = useApp({ install: ['serviceapikey'] });

  /** A browser in which the client, or staff, is signed in. */
  async function open(role: 'client' | 'staff', email: string) {
    const browser = app.browser();
    await browser.post(`/api/guest/${role}/login`).send({ email, password: ADMIN.password });
    return {
      get: (path: string) => browser.get(path),
      async submit(page: string, path: string, fields: object = {}) {
        const { text } = await browser.get(page);
        const CSRFToken = /name="CSRFToken" value="([0-9a-f]{64})"/.exec(text)?.[1];
        return browser
          .post(path)
          .type('form')
          .send({ CSRFToken, ...fields });
      },
    };
  }
  async function sold() {
    const email = 'owner@example.com';
    const clientId = await buildClient(app, { email });
    return { ...(await buildKey(app, { clientId, config })), owner: await open('client', email) };
  }

  it('shows the client the key and its custom parameters', async () => {
    const { owner, orderId, key } = await sold();

    const { status, text } = await owner.get(`/apikeys/${orderId}`);

    assert.equal(status, 200);
    assert.ok(text.includes(key));
    assert.match(text, /<dt>seats<\/dt><dd>5<\/dd>/);
    assert.match(text, /&lt;i&gt;hi&lt;\/i&gt;/);
    assert.doesNotMatch(text, /eighty|private_cost|<i>hi/);
  });

  it('lets the client reset the key', async () => {
    const { owner, orderId, key } = await sold();

    const { status, headers } = await owner.submit(`/apikeys/${orderId}`, `/apikeys/${orderId}/reset`);

    assert.deepEqual([status, headers['location']], [303, `/apikeys/${orderId}`]);
    assert.notEqual(await keyOf(app, orderId), key);
    assert.ok((await owner.get(`/apikeys/${orderId}`)).text.includes(await keyOf(app, orderId)));
  });

  it('shows the client no key while the order is suspended', async () => {
    const { owner, orderId, key } = await sold();
    await app.call(admin, 'order/suspend', { id: orderId });

    const { status, text } = await owner.get(`/apikeys/${orderId}`);

    assert.equal(status, 200);
    assert.match(text, /Suspended/);
    assert.ok(!text.includes(key));
  });

  it('does not exist for another client', async () => {
    const { orderId, key } = await sold();
    await buildClient(app, { email: 'other@example.com' });
    const other = await open('client', 'other@example.com');

    const { status, text } = await other.get(`/apikeys/${orderId}`);

    assert.equal(status, 404);
    assert.ok(!text.includes(key));
  });

  it('lets staff change the configuration', async () => {
    const { orderId } = await sold();
    const staff = await open('staff', ADMIN.email);
    const page = `/admin/apikeys/${orderId}`;
    assert.match((await staff.get(page)).text, /private_cost = eighty/);

    const { status, headers } = await staff.submit(page, page, { lines: 'custom_seats = 6\r\ncase = lower' });

    assert.deepEqual([status, headers['location']], [303, page]);
    const { config: changed } = await app.call<{ config: object }>(admin, 'order/service', { id: orderId });
    assert.deepEqual(changed, { custom_seats: 6, case: 'lower' });
  });

  it('says to staff that a configuration must not be empty', async () => {
    const { orderId } = await sold();
    const staff = await open('staff', ADMIN.email);

    const { status, text } = await staff.submit(`/admin/apikeys/${orderId}`, `/admin/apikeys/${orderId}`, {
      lines: '',
    });

    assert.equal(status, 422);
    assert.match(text, /must not be empty/);
  });

  it('says to staff why a key cannot be reset', async () => {
    const { orderId, key } = await sold();
    await app.call(admin, 'order/suspend', { id: orderId });
    const staff = await open('staff', ADMIN.email);

    const { status, text } = await staff.submit(`/admin/apikeys/${orderId}`, `/admin/apikeys/${orderId}/reset`);

    assert.equal(status, 409);
    assert.match(text, /Order is not active/);
    assert.ok(text.includes(key));
  });
});

describe('a configuration in lines', () => {
  const config = {
    text: 'a = b',
    empty: '',
    digits: '0012',
    number: 12,
    like: '12',
    long: '12345678901234567890',
    flag: true,
    nothing: null,
    lines: 'a\nb',
    padded: ' a ',
    list: [1, 'two'],
    map: { a: { b: 1 } },
  };

  it('reads back as what it was', () => assert.deepEqual(fromLines(toLines(config)), config));

  it('takes what people type', () => {
    assert.deepEqual(fromLines(' a=1\r\n\r\n b : c = {no json}\nflag'), { a: 1, 'b : c': '{no json}', flag: '' });
  });
});
