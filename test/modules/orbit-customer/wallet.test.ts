import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { base58 } from '@scure/base';
import { admin, useApp } from '../../support/app.ts';
import { challengeOf, newWallet, orbitClient, register, send } from '../../support/build/orbit.ts';

describe('signing in by wallet', () => {
  const app = useApp({ install: ['orbit-customer'] });
  const verify = (wallet_address: unknown, signature: unknown) =>
    send(app, 'POST /auth/wallet/verify', { body: { wallet_address, signature } });

  it('gives a text that is new each time, names the site and the wallet, and lives five minutes', async () => {
    const wallet = newWallet();
    const ask = () => send(app, 'POST /auth/wallet/challenge', { body: { wallet: wallet.address } });

    const [one, other] = [await ask(), await ask()];

    assert.equal(one.body.data.expires_in, 300);
    const text = one.body.data.challenge as string;
    assert.ok(text.startsWith('Sign in to ') && text.includes(wallet.address) && text.includes('\n'));
    assert.notEqual(text, other.body.data.challenge);
  });

  it('registers, with a key that is shown once, and signs in again', async () => {
    const wallet = newWallet();

    const made = await register(app, wallet, { name: 'Kay  van Doe', email: 'Kay@Example.com' });
    const again = await verify(wallet.address, wallet.sign(await challengeOf(app, wallet)));

    assert.equal(made.status, 201);
    assert.deepEqual(Object.keys(made.body.data), ['token_type', 'access_token', 'expires_in', 'user', 'api_key']);
    assert.deepEqual(Object.keys(made.body.data.api_key), ['name', 'key']);
    const { user } = made.body.data;
    assert.deepEqual([user.name, user.email, user.wallet_address], ['Kay van Doe', 'kay@example.com', wallet.address]);
    assert.deepEqual([again.status, again.body.data.user], [200, user]);
    assert.notEqual(again.body.data.access_token, made.body.data.access_token);
    const own = await send(app, 'GET /me', { headers: { 'x-orbit-key': made.body.data.api_key.key as string } });
    assert.equal(own.body.data.id, user.id);
  });

  it('takes a signature in base64 too', async () => {
    const kay = await orbitClient(app);
    const signature = base58.decode(kay.wallet.sign(await challengeOf(app, kay.wallet)));

    const { status } = await verify(kay.wallet.address, Buffer.from(signature).toString('base64'));

    assert.equal(status, 200);
  });

  it('registers several clients without e-mail address, to whom nothing is mailed', async () => {
    const [kay, eve] = [await orbitClient(app), await orbitClient(app, { name: null, email: '' })];
    await app.settle();

    const { body } = await eve.call('GET /profile');

    assert.notEqual(kay.clientId, eve.clientId);
    assert.equal(body.data.email, null);
    assert.equal(body.data.name, `${eve.wallet.address.slice(0, 4)}...${eve.wallet.address.slice(-4)}`);
    for (const mail of await app.mails()) assert.match(mail, /^To: admin@example\.com\r$/m);
    const { currency } = await app.call<{ currency: string }>(admin, 'client/get', { id: eve.clientId });
    assert.equal(currency, 'USD');
  });

  it('uses a challenge once', async () => {
    const kay = await orbitClient(app);
    const signature = kay.wallet.sign(await challengeOf(app, kay.wallet));

    const [first, second] = [await verify(kay.wallet.address, signature), await verify(kay.wallet.address, signature)];

    assert.equal(first.status, 200);
    assert.deepEqual([second.status, second.body.error], [422, 'challenge_expired']);
    assert.ok(second.body.errors.signature);
  });

  it('uses it once for two who come at once', async () => {
    const kay = await orbitClient(app);
    const signature = kay.wallet.sign(await challengeOf(app, kay.wallet));

    const answers = await Promise.all([1, 2, 3].map(() => verify(kay.wallet.address, signature)));

    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 422, 422]);
  });

  it('makes one account of two registrations at once', async () => {
    const wallet = newWallet();
    const signatures = [wallet.sign(await challengeOf(app, wallet)), wallet.sign(await challengeOf(app, wallet))];

    const answers = await Promise.all(
      signatures.map((signature) =>
        send(app, 'POST /auth/wallet/register', { body: { wallet_address: wallet.address, signature } }),
      ),
    );

    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 422]);
    assert.equal((await app.app.database.knex('client')).length, 1);
  });

  it('keeps the challenge of a wallet that is not known, for the registration', async () => {
    const wallet = newWallet();
    const signature = wallet.sign(await challengeOf(app, wallet));

    const unknown = await verify(wallet.address, signature);
    const made = await send(app, 'POST /auth/wallet/register', { body: { wallet: wallet.address, signature } });

    assert.deepEqual([unknown.status, unknown.body.error], [404, 'wallet_not_registered']);
    assert.equal(made.status, 201);
  });

  it('refuses to register a wallet twice, and keeps the challenge for signing in', async () => {
    const kay = await orbitClient(app);
    const signature = kay.wallet.sign(await challengeOf(app, kay.wallet));

    const twice = await send(app, 'POST /auth/wallet/register', {
      body: { wallet_address: kay.wallet.address, signature },
    });

    assert.deepEqual([twice.status, twice.body.error], [422, 'wallet_already_registered']);
    assert.ok(twice.body.errors.wallet_address);
    assert.equal((await verify(kay.wallet.address, signature)).status, 200);
  });

  it('refuses signatures for another text, with a line end more, or by another wallet', async () => {
    const [kay, eve] = [await orbitClient(app), newWallet()];
    const text = await challengeOf(app, kay.wallet);
    const evesText = await challengeOf(app, eve);

    const answers = await Promise.all([
      verify(kay.wallet.address, kay.wallet.sign('another text')),
      verify(kay.wallet.address, kay.wallet.sign(`${text}\n`)),
      verify(kay.wallet.address, eve.sign(text)),
      verify(kay.wallet.address, kay.wallet.sign(evesText)),
      verify(eve.address, kay.wallet.sign(evesText)),
    ]);

    for (const { status, body } of answers) assert.deepEqual([status, body.error], [401, 'invalid_signature']);
    assert.equal((await verify(kay.wallet.address, kay.wallet.sign(text))).status, 200);
  });

  it('says of a wallet without a challenge that it expired, and so of one after five minutes', async () => {
    const kay = await orbitClient(app);
    const never = await verify(kay.wallet.address, kay.wallet.sign('x'));
    const text = await challengeOf(app, kay.wallet);
    app.clock.advance(300_000);

    const late = await verify(kay.wallet.address, kay.wallet.sign(text));

    for (const { status, body } of [never, late]) assert.deepEqual([status, body.error], [422, 'challenge_expired']);
    await app.app
      .jobs()
      .find(({ id }) => id === 'orbit-customer.purge')
      ?.job.run(app.system());
    assert.deepEqual(await app.app.database.knex('orbit_challenge'), []);
  });

  it('keeps the last twenty challenges, so nobody is locked out', async () => {
    const kay = await orbitClient(app);
    const first = await challengeOf(app, kay.wallet);
    const second = await challengeOf(app, kay.wallet);
    for (let count = 0; count < 19; count++) await challengeOf(app, kay.wallet);

    const [dropped, kept] = [
      await verify(kay.wallet.address, kay.wallet.sign(first)),
      await verify(kay.wallet.address, kay.wallet.sign(second)),
    ];

    assert.deepEqual([dropped.status, kept.status], [401, 200]);
  });

  it('refuses what is no wallet: 31 and 33 bytes, other letters, other types', async () => {
    const wrong = [
      base58.encode(new Uint8Array(31).fill(200)),
      base58.encode(new Uint8Array(33).fill(1)),
      `${newWallet().address.slice(0, -1)}0`,
      'short',
      '1'.repeat(44),
      7,
      null,
      undefined,
    ];

    const answers = await Promise.all(
      wrong.map((wallet_address) => send(app, 'POST /auth/wallet/challenge', { body: { wallet_address } })),
    );

    for (const { status, body } of answers)
      assert.deepEqual([status, Object.keys(body.errors)], [422, ['wallet_address']]);
  });

  it('refuses what is no signature', async () => {
    const kay = await orbitClient(app);
    await challengeOf(app, kay.wallet);

    const answers = await Promise.all(
      ['', 'x', base58.encode(randomBytes(63)), base58.encode(randomBytes(65)), 'a'.repeat(5000), 7].map((signature) =>
        verify(kay.wallet.address, signature),
      ),
    );

    for (const { status, body } of answers) assert.deepEqual([status, Object.keys(body.errors)], [422, ['signature']]);
  });

  it('follows the rules of the shop for newcomers', async () => {
    const email = 'taken@example.com';
    await orbitClient(app, { email });
    const taken = await register(app, newWallet(), { email: 'TAKEN@example.com' });
    const malformed = await register(app, newWallet(), { email: 'nobody' });
    await app.call(admin, 'extension/config_save', { ext: 'mod_client', disable_signup: true });
    const closed = await register(app, newWallet());

    assert.deepEqual([taken.status, Object.keys(taken.body.errors)], [422, ['email']]);
    assert.deepEqual([malformed.status, Object.keys(malformed.body.errors)], [422, ['email']]);
    assert.deepEqual([closed.status, closed.body.error], [403, 'registration_disabled']);
  });

  it('turns away who is suspended', async () => {
    const kay = await orbitClient(app);
    await app.call(admin, 'client/update', { id: kay.clientId, status: 'suspended' });

    const { status, body } = await verify(kay.wallet.address, kay.wallet.sign(await challengeOf(app, kay.wallet)));

    assert.deepEqual([status, body.error], [403, 'account_inactive']);
  });
});
