import assert from 'node:assert/strict';
import { client } from '#modules/client/index';
import { extension } from '#modules/extension/index';
import { profile } from '#modules/profile/index';
import { staff as staffModule } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, guest, useApp, type TestApp } from '../../support/app.ts';
import { buildStaff, PASSWORD } from '../../support/build/staff.ts';
import { signIn } from '../../support/sign-in.ts';

const modules = [system, twoFactor, staffModule, client, profile, extension];
const NEXT = 'Loud-Day-8';
const PAST = 'The link has expired or you have already confirmed the password reset.';

/** The code of the letter that a request causes. */
async function requestCode(app: TestApp, email: string): Promise<string> {
  await app.call(guest, 'staff/passwordreset', { email });
  await app.settle();
  return codeIn((await app.mails()).at(-1) ?? '');
}

const codeIn = (mail: string): string =>
  /staff\/email\/([0-9a-f]{64})/.exec(mail.replaceAll('=\r\n', '').replaceAll('=3D', '='))?.[1] ?? '';

const confirm = (code: string, password = NEXT) => ({ code, password, password_confirm: password });

describe('guest/staff/passwordreset and update_password', () => {
  const app = useApp({ modules });

  it('replaces the password by the code of the letter, and answers null', async () => {
    const sam = await buildStaff(app);
    const code = await requestCode(app, sam.email);

    const answer = await app.call(guest, 'staff/update_password', confirm(code));

    assert.equal(answer, null);
    await app.call(guest, 'staff/login', { email: sam.email, password: NEXT });
    await app.refusal(guest, 'staff/login', { email: sam.email, password: PASSWORD });
  });

  it('ends the sessions of the account and writes a letter about it', async () => {
    const sam = await buildStaff(app);
    const browser = await signIn(app, sam.email, PASSWORD);
    const code = await requestCode(app, sam.email);

    await app.call(guest, 'staff/update_password', confirm(code));

    await app.settle();
    assert.equal((await browser.post('admin/profile/get')).status, 401);
    assert.ok((await app.mails()).some((mail) => /Password Changed/.test(mail)));
  });

  it('answers the same for an unknown address, and writes no letter', async () => {
    const answer = await app.call(guest, 'staff/passwordreset', { email: 'nobody@example.com' });

    await app.settle();
    assert.equal(answer, true);
    assert.deepEqual(await app.mails(), []);
  });

  it('writes no letter to an inactive account', async () => {
    const sam = await buildStaff(app, { status: 'inactive' });

    await app.call(guest, 'staff/passwordreset', { email: sam.email });

    await app.settle();
    assert.deepEqual(await app.mails(), []);
  });

  it('keeps the code neither in its table nor in the outbox', async () => {
    const sam = await buildStaff(app);
    await app.call(guest, 'staff/passwordreset', { email: sam.email });
    const kept = JSON.stringify([
      await app.app.database.knex('admin_password_reset'),
      await app.app.database.knex('outbox'),
    ]);

    await app.settle();

    const code = codeIn((await app.mails()).at(-1) ?? '');
    assert.equal(code.length, 64);
    assert.equal(kept.includes(code), false);
  });

  it('takes a code once', async () => {
    const sam = await buildStaff(app);
    const code = await requestCode(app, sam.email);
    await app.call(guest, 'staff/update_password', confirm(code));

    const refusal = await app.refusal(guest, 'staff/update_password', confirm(code));

    assert.equal(refusal.message, PAST);
  });

  it('takes a code once when it comes twice at the same time', async () => {
    const sam = await buildStaff(app);
    const code = await requestCode(app, sam.email);

    const answers = await Promise.all(
      [NEXT, 'Other-Day-9'].map((password) =>
        app.request('post', '/api/guest/staff/update_password').send(confirm(code, password)),
      ),
    );

    const errors = answers.map(({ body }) => (body as { error: { message: string } | null }).error?.message);
    assert.deepEqual(
      errors.filter((error) => error !== undefined),
      [PAST],
    );
  });

  it('forgets the code of an earlier letter', async () => {
    const sam = await buildStaff(app);
    const early = await requestCode(app, sam.email);
    await app.call(guest, 'staff/passwordreset', { email: sam.email });

    const refusal = await app.refusal(guest, 'staff/update_password', confirm(early));

    assert.equal(refusal.message, PAST);
  });

  it('refuses a code after 15 minutes', async () => {
    const sam = await buildStaff(app);
    const code = await requestCode(app, sam.email);
    app.clock.advance(901_000);

    const refusal = await app.refusal(guest, 'staff/update_password', confirm(code));

    assert.equal(refusal.message, PAST);
  });

  it('refuses a code once the account is inactive', async () => {
    const sam = await buildStaff(app);
    const code = await requestCode(app, sam.email);
    await app.call(admin, 'staff/update', { id: sam.id, status: 'inactive' });

    const refusal = await app.refusal(guest, 'staff/update_password', confirm(code));

    assert.equal(refusal.message, PAST);
  });

  it('says what is missing, does not match or is too weak', async () => {
    const messages: string[] = [];
    for (const params of [
      {},
      { code: 'x' },
      { code: 'x', password: NEXT },
      { code: 'x', password: NEXT, password_confirm: 'Other-Day-9' },
      confirm('x', 'weak'),
      confirm('x'),
    ])
      messages.push((await app.refusal(guest, 'staff/update_password', params)).message);

    assert.deepEqual(messages, [
      'Code required',
      'Password required',
      'Password confirmation required',
      'Passwords do not match.',
      'Minimum password length is 8 characters.',
      PAST,
    ]);
  });

  it('can be switched off', async () => {
    const sam = await buildStaff(app);
    await app.call(admin, 'extension/config_save', { ext: 'mod_staff', public: { reset_pw: '0' } });

    const asked = await app.refusal(guest, 'staff/passwordreset', { email: sam.email });
    const confirmed = await app.refusal(guest, 'staff/update_password');

    assert.equal(asked.message, 'Password reset has been disabled');
    assert.equal(confirmed.message, 'Password reset has been disabled');
  });
});

describe('guest/staff/passwordreset under its limits', () => {
  const app = useApp({ modules, environment: { RATE_LIMITS: 'on' } });

  it('answers as ever to the fourth request for one address, and writes no letter', async () => {
    for (let round = 0; round < 3; round++)
      await app.call(guest, 'staff/passwordreset', { email: 'admin@example.com' });
    await app.settle();
    const before = (await app.mails()).length;

    const answer = await app.call(guest, 'staff/passwordreset', { email: 'Admin@example.com' });

    await app.settle();
    assert.equal(answer, true);
    assert.equal(before, 3);
    assert.equal((await app.mails()).length, 3);
  });
});
