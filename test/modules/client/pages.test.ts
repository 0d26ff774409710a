import assert from 'node:assert/strict';
import { guest, useApp } from '../../support/app.ts';
import {
  askReset,
  buildClient,
  configure,
  linkIn,
  modules,
  NEXT_PASSWORD,
  see,
  signUp,
} from '../../support/build/client.ts';

describe('the pages that letters link to', () => {
  const app = useApp({ modules });

  it('confirm an address, once', async () => {
    await configure(app, { require_email_confirmation: '1' });
    const id = await app.call<number>(guest, 'client/create', signUp());
    const hash = await linkIn(app, 'client/confirm-email');

    const page = await app.request('get', `/client/confirm-email/${hash}`);
    const again = await app.request('get', `/client/confirm-email/${hash}`);

    assert.equal(page.status, 200);
    assert.equal((await see(app, id))['email_approved'], true);
    assert.notEqual(again.status, 200);
    assert.match(again.text, /Invalid email confirmation link/);
  });

  it('set a new password', async () => {
    const { email } = await buildClient(app);
    const hash = await askReset(app, email);
    const browser = app.browser();
    const path = `/client/reset-password-confirm/${hash}`;
    const form = await browser.get(path);
    const csrf = /name="CSRFToken" value="([0-9a-f]+)"/.exec(form.text)?.[1] ?? '';

    const passwords = { password: NEXT_PASSWORD, password_confirm: NEXT_PASSWORD };
    const answer = await browser
      .post(path)
      .type('form')
      .send({ CSRFToken: csrf, ...passwords });

    assert.equal(answer.status, 303);
    await app.call(guest, 'client/login', { email, password: NEXT_PASSWORD });
  });

  it('show no form for a link that does not work', async () => {
    const page = await app.request('get', `/client/reset-password-confirm/${'f'.repeat(64)}`);

    assert.doesNotMatch(page.text, /<form[^>]*reset-password/);
    assert.match(page.text, /The link has expired/);
  });
});
