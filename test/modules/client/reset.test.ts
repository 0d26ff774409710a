import assert from 'node:assert/strict';
import { SECOND } from '#core/clock';
import { guest, useApp } from '../../support/app.ts';
import {
  askReset,
  buildClient,
  modules,
  newEmail,
  NEXT_PASSWORD,
  PASSWORD,
  signIn,
} from '../../support/build/client.ts';

const PAST = 'The link has expired or you have already reset your password.';
const confirm = (hash: string) => ({ hash, password: NEXT_PASSWORD, password_confirm: NEXT_PASSWORD });

describe('guest/client/reset_password and update_password', () => {
  const app = useApp({ modules });

  it('set a new password by the link of the letter', async () => {
    const { email } = await buildClient(app);
    const hash = await askReset(app, email);

    assert.equal(await app.call(guest, 'client/update_password', confirm(hash)), true);

    await app.call(guest, 'client/login', { email, password: NEXT_PASSWORD });
    await app.refusal(guest, 'client/login', { email, password: PASSWORD });
  });

  it('end the sessions of the client and write a letter about it', async () => {
    const { email } = await buildClient(app);
    const browser = await signIn(app, email);
    const hash = await askReset(app, email);

    await app.call(guest, 'client/update_password', confirm(hash));

    await app.settle();
    assert.equal((await browser.post('client/profile/get')).status, 401);
    assert.ok((await app.mails()).some((mail) => /Password Changed/.test(mail)));
  });

  it('take a link once, of two at the same moment as well', async () => {
    const { email } = await buildClient(app);
    const hash = await askReset(app, email);

    const answers = await Promise.all(
      [1, 2].map(() => app.request('post', '/api/guest/client/update_password').send(confirm(hash))),
    );

    const results = answers.map(({ body }) => (body as { result: unknown }).result);
    assert.deepEqual(results.filter((result) => result === true).length, 1);
    assert.equal((await app.refusal(guest, 'client/update_password', confirm(hash))).message, PAST);
  });

  it('take only the newest link', async () => {
    const { email } = await buildClient(app);
    const first = await askReset(app, email);
    app.clock.advance(SECOND);
    const second = await askReset(app, email);

    assert.notEqual(first, second);
    assert.equal((await app.refusal(guest, 'client/update_password', confirm(first))).message, PAST);
    await app.call(guest, 'client/update_password', confirm(second));
  });

  it('refuse a link after fifteen minutes', async () => {
    const { email } = await buildClient(app);
    const hash = await askReset(app, email);

    app.clock.advance(900 * SECOND);

    assert.equal((await app.refusal(guest, 'client/update_password', confirm(hash))).message, PAST);
  });

  it('answer the same for unknown and suspended clients, and write no letter', async () => {
    const { email } = await buildClient(app, { status: 'suspended' });

    assert.equal(await app.call(guest, 'client/reset_password', { email: newEmail() }), true);
    assert.equal(await app.call(guest, 'client/reset_password', { email }), true);

    await app.settle();
    assert.deepEqual(await app.mails(), []);
  });

  it('keep what the link carries neither in the table nor in the outbox', async () => {
    const { email } = await buildClient(app);
    const { knex } = app.app.database;

    await app.call(guest, 'client/reset_password', { email });

    const kept = JSON.stringify([await knex('outbox'), await knex('client_password_reset')]);
    const hash = await askReset(app, email);
    assert.ok(hash.length === 64 && !kept.includes(hash));
    assert.doesNotMatch(JSON.stringify(await knex('outbox')), new RegExp(hash));
  });

  it('refuse what is not valid', async () => {
    const { email } = await buildClient(app);
    const hash = await askReset(app, email);

    const unlike = await app.refusal(guest, 'client/update_password', { ...confirm(hash), password_confirm: PASSWORD });
    const weak = await app.refusal(guest, 'client/update_password', { hash, password: 'a', password_confirm: 'a' });
    const forged = await app.refusal(guest, 'client/update_password', confirm("' OR 1=1 -- "));

    assert.equal(unlike.message, 'Passwords do not match.');
    assert.equal(weak.message, 'Minimum password length is 8 characters.');
    assert.equal(forged.message, PAST);
    await app.call(guest, 'client/update_password', confirm(hash));
  });
});
