import assert from 'node:assert/strict';
import { client } from '#modules/client/index';
import { extension } from '#modules/extension/index';
import { profile } from '#modules/profile/index';
import { staff } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { ADMIN, guest, useApp } from '../../support/app.ts';
import { buildClient } from '../../support/build/client.ts';
import { buildStaff } from '../../support/build/staff.ts';

const NEXT = 'Loud-Day-8';

describe('pages of staff', () => {
  const app = useApp({ modules: [system, twoFactor, staff, client, profile, extension] });
  const csrfIn = (html: string): string => /name="CSRFToken" value="([0-9a-f]+)"/.exec(html)?.[1] ?? '';

  async function linkFor(email: string): Promise<string> {
    await app.call(guest, 'staff/passwordreset', { email });
    await app.settle();
    const letter = (await app.mails()).at(-1)?.replaceAll('=\r\n', '') ?? '';
    return /\/admin\/staff\/email\/[0-9a-f]{64}/.exec(letter)?.[0] ?? '';
  }

  it('let staff sign in', async () => {
    const browser = app.browser();
    const form = await browser.get('/admin/login');

    const answer = await browser
      .post('/admin/login')
      .type('form')
      .send({ email: ADMIN.email, password: ADMIN.password, CSRFToken: csrfIn(form.text) });

    assert.deepEqual([answer.status, answer.headers['location']], [303, '/admin']);
    assert.equal((await browser.get('/admin')).status, 200);
  });

  it('take the link of a letter to a new password', async () => {
    const sam = await buildStaff(app);
    const link = await linkFor(sam.email);
    const browser = app.browser();
    const form = await browser.get(link);
    assert.match(form.text, /New staff password/);

    const answer = await browser
      .post(link)
      .type('form')
      .send({ password: NEXT, password_confirm: NEXT, CSRFToken: csrfIn(form.text) });

    assert.deepEqual([answer.status, answer.headers['location']], [303, '/admin/login']);
    await app.call(guest, 'staff/login', { email: sam.email, password: NEXT });
  });

  it('say that a link does not work any more', async () => {
    const sam = await buildStaff(app);
    const link = await linkFor(sam.email);
    app.clock.advance(901_000);

    const past = await app.request('get', link);

    assert.equal(past.status, 409);
    assert.match(past.text, /The link has expired/);
    assert.doesNotMatch(past.text, /password_confirm/);
  });

  it('show a client, but only to staff who may see clients', async () => {
    const { id, email } = await buildClient(app, { first_name: '<b>Kay</b>' });
    const path = `/admin/client/manage/${id}`;
    const browser = app.browser();
    const form = await browser.get('/admin/login');
    await browser
      .post('/admin/login')
      .type('form')
      .send({ email: ADMIN.email, password: ADMIN.password, CSRFToken: csrfIn(form.text) });

    const page = await browser.get(path);

    assert.match(page.text, new RegExp(email));
    assert.doesNotMatch(page.text, /<b>Kay/);
    assert.equal((await app.request('get', path)).headers['location'], `/admin/login?next=${encodeURIComponent(path)}`);
  });
});
