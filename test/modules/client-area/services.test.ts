import assert from 'node:assert/strict';
import { admin, guest, useApp, type TestApp } from '../../support/app.ts';
import { activate, buildSale, configure } from '../../support/build/extstars.ts';
import { buildLicense, buildLocation } from '../../support/build/orbit.ts';
import { buildProduct } from '../../support/build/product.ts';
import { buildDownload } from '../../support/build/service.ts';
import { buildOwner } from './visit.ts';

const order = (app: TestApp, clientId: number, productId: number, more: object = {}): Promise<number> =>
  app.call<number>(admin, 'order/create', { client_id: clientId, product_id: productId, activate: 1, ...more });

describe('the page of a license', () => {
  const app = useApp();

  async function sold() {
    const owner = await buildOwner(app);
    const productId = await buildProduct(app, { type: 'license', fields: { config: { validate_host: 1 } } });
    const orderId = await order(app, owner.clientId, productId);
    const { license_key: license } = await app.call<{ license_key: string }>(admin, 'order/service', { id: orderId });
    return { ...owner, orderId, license, at: `/licenses/${orderId}` };
  }

  it('shows the key to be copied and where it is used, and resets that', async () => {
    const { visitor, license, at } = await sold();
    await app.call(guest, 'servicelicense/check', { license, host: '<b>shop.example.com', version: '1.0', path: '/' });

    const used = await visitor.get(at);
    const { headers } = await visitor.submit(at, `${at}/reset`);
    const after = await visitor.get(at);

    assert.ok(used.text.includes(`value="${license}" readonly`));
    assert.ok(used.text.includes('&lt;b&gt;shop.example.com') && !used.text.includes('<b>shop'));
    assert.equal(headers['location'], at);
    assert.ok(after.text.includes(license) && !after.text.includes('shop.example.com'));
  });

  it('is reached from the order, and shows no key while that is suspended', async () => {
    const { visitor, license, at, orderId } = await sold();
    assert.match((await visitor.get(`/order/service/manage/${orderId}`)).text, new RegExp(`href="${at}"`));

    await app.call(admin, 'order/suspend', { id: orderId });

    assert.ok(!(await visitor.get(at)).text.includes(license));
    assert.equal((await visitor.submit('/client/profile', `${at}/reset`)).status, 409);
  });

  it('does not exist for another client', async () => {
    const { at } = await sold();
    const { visitor } = await buildOwner(app);

    assert.equal((await visitor.get(at)).status, 404);
    assert.equal((await visitor.submit('/client/profile', `${at}/reset`)).status, 404);
  });
});

describe('the page of a download', () => {
  const app = useApp();

  it('lists the files, each to be downloaded while the order is active', async () => {
    const { clientId, visitor } = await buildOwner(app);
    const productId = await buildDownload(app, ['manual.txt', 'a <i>b.txt']);
    const orderId = await order(app, clientId, productId);

    const { text } = await visitor.get(`/downloads/${orderId}`);
    const [link = ''] = /\/servicedownloadable\/get-file\/\d+\/\d+/.exec(text) ?? [];
    const file = await visitor.get(link);
    await app.call(admin, 'order/suspend', { id: orderId });
    const off = await visitor.get(`/downloads/${orderId}`);

    assert.ok(text.includes('a &lt;i&gt;b.txt'));
    assert.match(file.headers['content-disposition'] ?? '', /^attachment/);
    assert.doesNotMatch(off.text, /get-file/);
  });

  it('does not exist for another client', async () => {
    const { clientId } = await buildOwner(app);
    const orderId = await order(app, clientId, await buildDownload(app));

    assert.equal((await (await buildOwner(app)).visitor.get(`/downloads/${orderId}`)).status, 404);
  });
});

describe('the page of an activation code', () => {
  const app = useApp({ install: ['extstars-accounts'] });

  async function sold(settings: object = { allow_deactivate: true }) {
    const owner = await buildOwner(app);
    await configure(app, {});
    const productId = await buildSale(app, settings);
    const orderId = await order(app, owner.clientId, productId);
    const { code } = await app.call<{ code: string }>(admin, 'order/service', { id: orderId });
    return { ...owner, orderId, code, at: `/activation-codes/${orderId}` };
  }

  it('shows the code, says who uses it, and lists devices to be released', async () => {
    const { visitor, email, code, at } = await sold();
    const id = /name="id" value="(\d+)"/.exec((await visitor.get(at)).text)?.[1] ?? '';
    await visitor.submit(at, `${at}/destination`, { id, destination: email });
    const { code: answer } = await activate(app, code, 'device-1', { device_info: '<u>Laptop' });
    assert.equal(answer, 100);

    const { text } = await visitor.get(at);
    const device = /\/release"[^]*?name="id" value="(\d+)"/.exec(text)?.[1] ?? '';
    const { headers } = await visitor.submit(at, `${at}/release`, { id: device });

    assert.ok(text.includes(`value="${code}" readonly`) && text.includes(`value="${email}"`));
    assert.ok(text.includes('&lt;u&gt;Laptop') && !text.includes('<u>Laptop'));
    assert.equal(headers['location'], at);
    assert.doesNotMatch((await visitor.get(at)).text, /\/release"/);
  });

  it('says what is wrong with a destination beside it', async () => {
    const { visitor, at } = await sold();
    const id = /name="id" value="(\d+)"/.exec((await visitor.get(at)).text)?.[1] ?? '';

    const { status, text } = await visitor.submit(at, `${at}/destination`, { id, destination: 'x'.repeat(300) });

    assert.equal(status, 422);
    assert.match(text, /alert-danger/);
  });

  it('does not exist for another client, nor do its forms', async () => {
    const { visitor: owner, at } = await sold();
    const id = /name="id" value="(\d+)"/.exec((await owner.get(at)).text)?.[1] ?? '';
    const { visitor } = await buildOwner(app);

    assert.equal((await visitor.get(at)).status, 404);
    const { status } = await visitor.submit('/client/profile', `${at}/destination`, {
      id,
      destination: 'a@example.com',
    });
    assert.equal(status, 404);
  });
});

describe('the page of an RPC licence', () => {
  const app = useApp({ install: ['orbit-customer'] });

  async function sold() {
    const owner = await buildOwner(app);
    await buildLocation(app, 'fra');
    const { orderId } = await buildLicense(app, owner.clientId);
    const { license_key: key } = await app.call<{ license_key: string }>(admin, 'order/service', { id: orderId });
    const at = `/rpc-licences/${orderId}`;
    const send = (path: string, fields: Record<string, string> = {}) =>
      owner.visitor.submit(at, `${at}/${path}`, fields);
    return { ...owner, orderId, key, at, send };
  }

  it('shows the key and makes a new one', async () => {
    const { visitor, key, at, send } = await sold();
    assert.ok((await visitor.get(at)).text.includes(`value="${key}" readonly`));

    await send('rotate');

    const { text } = await visitor.get(at);
    assert.ok(!text.includes(key));
    assert.match(text, /The old one stopped working/);
  });

  it('keeps addresses, domains and how calls are known', async () => {
    const { visitor, at, send } = await sold();
    const location = /<option value="(\d+)"/.exec((await visitor.get(at)).text)?.[1] ?? '';

    await send('mode', { mode: 'ip_whitelist' });
    await send('ips', { ip_address: '203.0.113.7', location_id: location });
    await send('domains', { network: 'mainnet', domain: 'App.Example.com' });
    const { text } = await visitor.get(at);
    const entry = /name="entry" value="(\d+)"/.exec(text)?.[1] ?? '';
    await send('ips/remove', { entry });
    await send('domains/remove', { network: 'mainnet', domain: 'app.example.com' });
    const after = await visitor.get(at);

    assert.match(text, /by the address they come from/);
    assert.ok(text.includes('203.0.113.7 ') && text.includes('app.example.com</span>'));
    assert.ok(!after.text.includes('203.0.113.7 ') && !after.text.includes('app.example.com</span>'));
  });

  it('says what is wrong with an address beside it', async () => {
    const { send } = await sold();

    const { status, text } = await send('ips', { ip_address: '<x>', location_id: '1' });

    assert.equal(status, 422);
    assert.match(text, /This must be an IPv4 address/);
    assert.ok(text.includes('value="&lt;x&gt;"'));
  });

  it('does not exist for another client, nor do its forms', async () => {
    const { at } = await sold();
    const { visitor } = await buildOwner(app);

    assert.equal((await visitor.get(at)).status, 404);
    assert.equal((await visitor.submit('/client/profile', `${at}/rotate`)).status, 404);
  });
});

describe('a list of the client area', () => {
  const app = useApp();

  it('says in its own words that there is nothing yet', async () => {
    const { visitor } = await buildOwner(app);

    assert.match((await visitor.get('/order/service')).text, /You have not ordered anything yet/);
  });
});
