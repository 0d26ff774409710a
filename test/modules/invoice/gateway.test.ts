import assert from 'node:assert/strict';
import { admin, guest, staff, useApp } from '../../support/app.ts';
import { buildSandbox, SECRET } from '../../support/build/payment.ts';

interface Seen {
  readonly config: Record<string, unknown>;
  readonly form: Record<string, [string, object]>;
  readonly enabled: number;
  readonly accepted_currencies: string[];
}

describe('gateways', () => {
  const app = useApp({ install: ['gateway-sandbox'] });
  const see = (id: number) => app.call<Seen>(admin, 'invoice/gateway_get', { id });
  const update = (id: number, change: object) => app.call(admin, 'invoice/gateway_update', { id, ...change });

  it('seal what staff set and never show a secret again', async () => {
    const id = await buildSandbox(app, { repeat: '2' });

    const { config, form } = await see(id);
    const listed = JSON.stringify(await app.call(admin, 'invoice/gateway_get_list'));
    const [stored] = (await app.app.database.knex('pay_gateway').where({ id })) as { config: string }[];

    assert.deepEqual(config, { secret: '********', repeat: 2 });
    assert.equal(form['secret']?.[0], 'password');
    assert.ok(!listed.includes(SECRET));
    assert.ok(!stored?.config.includes(SECRET) && !stored?.config.includes('repeat'));
  });

  it('keep a secret that is left out or comes back masked, and replace all else', async () => {
    const id = await buildSandbox(app, { repeat: 2 });

    await update(id, { config: { secret: '********', delay: 3 } });
    assert.deepEqual((await see(id)).config, { secret: '********', delay: 3 });
    await update(id, { config: { repeat: 4 } });
    assert.deepEqual((await see(id)).config, { secret: '********', repeat: 4 });

    const refused = await app.refusal(admin, 'invoice/gateway_update', { id, config: { secret: 'short' } });
    assert.equal(refused.code, 819);
    assert.equal((await see(id)).enabled, 1);
  });

  it('accept all currencies, those that are named, or none', async () => {
    await update(1, { accepted_currencies: [] });
    assert.deepEqual((await see(1)).accepted_currencies, []);
    await update(1, { accepted_currencies: ['EUR'] });
    assert.deepEqual((await see(1)).accepted_currencies, ['EUR']);
  });

  it('show guests nothing but what one pays with', async () => {
    await buildSandbox(app);

    const [first] = await app.call<object[]>(guest, 'invoice/gateways');

    assert.deepEqual(Object.keys(first ?? {}).sort(), [
      'accepted_currencies',
      'allow_recurrent',
      'allow_single',
      'code',
      'id',
      'title',
    ]);
  });

  it('are kept from staff without the right', async () => {
    const { status } = await app.refusal(staff('nonsense'), 'invoice/gateway_get_list');

    assert.equal(status, 401);
  });

  it('stay when the module of their adapter goes, and show nothing of their secrets', async () => {
    const id = await buildSandbox(app, { repeat: 2 });

    await app.app.catalog.deactivate(app.system(), 'gateway-sandbox');

    assert.equal(
      (await app.refusal(admin, 'invoice/gateway_get', { id })).message,
      'Payment gateway Sandbox was not found',
    );
    const { list } = await app.call<{ list: Seen[] }>(admin, 'invoice/gateway_get_list', { search: 'Sandbox' });
    assert.deepEqual(list[0]?.config, { secret: '********', repeat: '********' });
  });
});
