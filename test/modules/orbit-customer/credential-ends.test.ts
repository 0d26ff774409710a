import assert from 'node:assert/strict';
import { admin, client, guest, useApp } from '../../support/app.ts';
import { orbitClient, send } from '../../support/build/orbit.ts';

const password = 'Correct-Horse-7';
const another = 'Another-Day-42';

describe('tokens of the customer API', () => {
  const app = useApp({ install: ['orbit-customer'] });
  const me = async (headers: Record<string, string>) => (await send(app, 'GET /auth/me', { headers })).status;
  async function withPassword() {
    const email = 'kay@example.com';
    const kay = await orbitClient(app, { email });
    await app.call(admin, 'client/change_password', { id: kay.clientId, password, password_confirm: password });
    await app.settle();
    // A token of its own, issued after the password.
    const { body: asked } = await send(app, 'POST /auth/wallet/challenge', {
      body: { wallet_address: kay.wallet.address },
    });
    const signature = kay.wallet.sign(asked.data.challenge as string);
    const signed = { wallet: kay.wallet.address, signature };
    const { body } = await send(app, 'POST /auth/wallet/verify', { body: signed });
    const authorization = `Bearer ${body.data.access_token as string}`;
    assert.equal(await me({ authorization }), 200);
    return { ...kay, email, authorization };
  }

  it('are revoked when clients change their own password, and keys are not', async () => {
    const { clientId, key, authorization } = await withPassword();
    const token = await app.call<string>(admin, 'profile/api_key_reset', { id: clientId });
    const change = { current_password: password, new_password: another, confirm_password: another };

    await app.call(client(token), 'profile/change_password', change);
    await app.settle();

    assert.deepEqual([await me({ authorization }), await me({ 'x-orbit-key': key })], [401, 200]);
  });

  it('are revoked when a forgotten password is replaced', async () => {
    const { email, key, authorization } = await withPassword();
    await app.call(guest, 'client/reset_password', { email });
    await app.settle();
    const letters = (await app.mails()).map((letter) => letter.replaceAll('=\r\n', ''));
    const hash = /reset-password-confirm\/([0-9a-f]{64})/.exec(letters.join('\n'))?.[1];
    assert.ok(hash);

    await app.call(guest, 'client/update_password', { hash, password: another, password_confirm: another });
    await app.settle();

    assert.deepEqual([await me({ authorization }), await me({ 'x-orbit-key': key })], [401, 200]);
  });
});

describe('the address of a caller whom no proxy announces', () => {
  const app = useApp({ install: ['orbit-customer'] });

  it('is that of the connection, whatever the caller says of itself', async () => {
    const kay = await orbitClient(app);
    const { body } = await kay.call('POST /api-keys', { name: 'Fixed', ip_whitelist: ['203.0.113.7'] });
    const { id, key } = body.data.api_key as { id: number; key: string };

    for (const header of ['x-forwarded-for', 'x-real-ip', 'forwarded', 'client-ip', 'cf-connecting-ip']) {
      const value = header === 'forwarded' ? 'for=203.0.113.7' : '203.0.113.7';
      const { status, body: said } = await send(app, 'GET /me', { headers: { 'x-orbit-key': key, [header]: value } });
      assert.deepEqual([status, said.error], [403, 'ip_not_allowed'], header);
    }
    await kay.call(`PATCH /api-keys/${id}`, { ip_whitelist: ['127.0.0.1'] });
    assert.equal((await send(app, 'GET /me', { headers: { 'x-orbit-key': key } })).status, 200);
  });
});

describe('limits of signing in to the customer API', () => {
  const app = useApp({ install: ['orbit-customer'], environment: { RATE_LIMITS: 'on' } });

  it('never meet who polls once a second, whatever code that is', async () => {
    const statuses: number[] = [];
    for (let second = 0; second < 60; second++)
      statuses.push((await send(app, 'POST /auth/device/token', { body: { device_code: 'x' } })).status);

    assert.deepEqual(new Set(statuses), new Set([400]));
  });

  for (const name of ['challenge', 'verify', 'register'])
    it(`are ten a minute from one address at wallet/${name}, and a token is asked for all the same`, async () => {
      const ask = () => send(app, `POST /auth/wallet/${name}`, { body: {} });
      for (let call = 0; call < 10; call++) assert.equal((await ask()).status, 422);

      const { status, body, headers } = await ask();

      assert.deepEqual([status, body.success, body.error], [429, false, 'too_many_requests']);
      assert.ok(Number(headers['retry-after']) > 0);
      assert.equal((await send(app, 'POST /auth/device/token', { body: { device_code: 'x' } })).status, 400);
    });
});
