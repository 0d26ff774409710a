import assert from 'node:assert/strict';
import { codeAt, stepOf } from '../../../modules/two-factor/totp.ts';
import { admin, ADMIN, guest, useApp } from '../../support/app.ts';
import { buildClient, modules, PASSWORD } from '../../support/build/client.ts';
import { buildStaff } from '../../support/build/staff.ts';
import { codeOf, switchOn } from '../../support/build/two-factor.ts';

interface Shown {
  readonly is_on: boolean;
  readonly since: string | null;
  readonly recovery_codes_left: number;
  readonly secret: string | null;
  readonly uri: string | null;
}
const OFF = { is_on: false, since: null, recovery_codes_left: 0, secret: null, uri: null };

describe('codes of half a minute', () => {
  /** The test secret of RFC 6238, and what it says for these moments; the last six digits. */
  const secret = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
  for (const [seconds, code] of [
    [59, '287082'],
    [1111111109, '081804'],
    [1111111111, '050471'],
    [1234567890, '005924'],
    [2000000000, '279037'],
  ] as const) {
    it(`are those of the standard at ${seconds}`, () => {
      assert.equal(codeAt(secret, new Date(seconds * 1000)), code);
    });
  }

  it('count half a minute sooner and later, and no more', () => {
    const at = (seconds: number) =>
      stepOf(secret, codeAt(secret, new Date(1_200_000_000_000)), new Date(seconds * 1000));

    assert.deepEqual(
      [1_199_999_960, 1_199_999_975, 1_200_000_000, 1_200_000_040, 1_200_000_065].map((time) => at(time) !== undefined),
      [false, true, true, true, false],
    );
  });
});

describe('client/profile/two_factor', () => {
  const app = useApp({ modules });

  it('is off, shows a secret once begun, and is on after a code of it', async () => {
    const { caller, email } = await buildClient(app);
    assert.deepEqual(await app.call(caller, 'profile/two_factor_get'), OFF);

    await app.call(caller, 'profile/two_factor_begin');
    const begun = await app.call<Shown>(caller, 'profile/two_factor_get');
    const { recovery_codes: recovery } = await app.call<{ recovery_codes: string[] }>(
      caller,
      'profile/two_factor_switch_on',
      { code: codeOf(app, begun.secret ?? '') },
    );

    assert.match(begun.secret ?? '', /^[A-Z2-7]{32}$/);
    assert.ok(begun.uri?.startsWith('otpauth://totp/') && begun.uri.includes(encodeURIComponent(email)));
    assert.equal(new Set(recovery).size, 10);
    assert.ok(recovery.every((code) => /^[a-z2-9]{5}-[a-z2-9]{5}$/.test(code)));
    const { is_on, recovery_codes_left, secret } = await app.call<Shown>(caller, 'profile/two_factor_get');
    assert.deepEqual([is_on, recovery_codes_left, secret], [true, 10, null]);
  });

  it('keeps neither the secret nor the recovery codes readable', async () => {
    const { caller } = await buildClient(app);
    const { secret, recovery } = await switchOn(app, caller);

    const rows = await Promise.all(['two_factor', 'two_factor_recovery'].map((table) => app.app.database.knex(table)));

    const kept = JSON.stringify(rows);
    for (const text of [secret, ...recovery, ...recovery.map((code) => code.replace('-', ''))])
      assert.ok(!kept.includes(text));
  });

  it('is not on before a code was shown, so a sign-in needs none', async () => {
    const { caller, email } = await buildClient(app);

    await app.call(caller, 'profile/two_factor_begin');

    await app.call(guest, 'client/login', { email, password: PASSWORD });
  });

  it('does not go on with a code of the secret before', async () => {
    const { caller } = await buildClient(app);
    await app.call(caller, 'profile/two_factor_begin');
    const { secret } = await app.call<Shown>(caller, 'profile/two_factor_get');
    await app.call(caller, 'profile/two_factor_begin');

    const { message } = await app.refusal(caller, 'profile/two_factor_switch_on', { code: codeOf(app, secret ?? '') });

    assert.equal(message, 'This code is wrong or was used before.');
  });

  it('goes on once, of several who show the code at the same moment', async () => {
    const { caller } = await buildClient(app);
    await app.call(caller, 'profile/two_factor_begin');
    const { secret } = await app.call<Shown>(caller, 'profile/two_factor_get');
    const code = codeOf(app, secret ?? '');

    const post = () =>
      app
        .request('post', '/api/client/profile/two_factor_switch_on')
        .auth('client', caller.token ?? '')
        .send({ code });
    const answers = await Promise.all([post(), post(), post()]);

    assert.equal(answers.filter(({ body }) => (body as { error: unknown }).error === null).length, 1);
    assert.equal((await app.call<Shown>(caller, 'profile/two_factor_get')).recovery_codes_left, 10);
  });

  it('cannot be begun anew while it is on', async () => {
    const { caller } = await buildClient(app);
    await switchOn(app, caller);

    assert.match((await app.refusal(caller, 'profile/two_factor_begin')).message, /on already/);
  });

  it('makes other recovery codes for a code, and the old ones are worth nothing', async () => {
    const { caller, email } = await buildClient(app);
    const { secret, recovery } = await switchOn(app, caller);

    await app.call(caller, 'profile/two_factor_renew_codes', { code: codeOf(app, secret) });

    const refused = await app.refusal(guest, 'client/login', { email, password: PASSWORD, code: recovery[0] });
    assert.match(refused.message, /wrong or was used/);
  });

  it('goes off for the password and a code together', async () => {
    const { caller, email } = await buildClient(app);
    const { secret } = await switchOn(app, caller);
    const off = (password: string, code: string) => ({ password, code });

    assert.match(
      (await app.refusal(caller, 'profile/two_factor_switch_off', off('Wrong-Day-1', codeOf(app, secret)))).message,
      /password incorrect/,
    );
    assert.match(
      (await app.refusal(caller, 'profile/two_factor_switch_off', off(PASSWORD, '000000'))).message,
      /wrong/,
    );
    await app.call(caller, 'profile/two_factor_switch_off', off(PASSWORD, codeOf(app, secret)));

    await app.call(guest, 'client/login', { email, password: PASSWORD });
    assert.deepEqual(await app.call(caller, 'profile/two_factor_get'), OFF);
  });

  it('goes off for a recovery code too', async () => {
    const { caller } = await buildClient(app);
    const { recovery } = await switchOn(app, caller);

    await app.call(caller, 'profile/two_factor_switch_off', { password: PASSWORD, code: recovery[3] });

    assert.deepEqual(await app.call(caller, 'profile/two_factor_get'), OFF);
  });

  it('is of one account: another sees and changes nothing of it', async () => {
    const [one, other] = [await buildClient(app), await buildClient(app)];
    const { recovery } = await switchOn(app, one.caller);
    await switchOn(app, other.caller);

    const sent = { email: other.email, password: PASSWORD, code: recovery[0] };

    assert.match((await app.refusal(guest, 'client/login', sent)).message, /wrong/);
    assert.equal((await app.call<Shown>(one.caller, 'profile/two_factor_get')).recovery_codes_left, 10);
  });

  it('is refused to guests', async () => {
    assert.equal((await app.refusal({ role: 'client' }, 'profile/two_factor_get')).status, 401);
  });
});

describe('staff and the two-factor login of clients', () => {
  const app = useApp({ modules });

  it('switch it off for who has lost everything, which the log tells', async () => {
    const { id, caller, email } = await buildClient(app);
    await switchOn(app, caller);

    await app.call(admin, 'client/two_factor_switch_off', { id });

    await app.call(guest, 'client/login', { email, password: PASSWORD });
    const lines = await app.app.database
      .knex('activity_system')
      .where({ message: `Switched off the two-factor login of client #${id}` });
    assert.deepEqual(
      lines.map(({ client_id }: { client_id: unknown }) => client_id),
      [null],
    );
  });

  it('are told when it is not on', async () => {
    const { id } = await buildClient(app);

    assert.match((await app.refusal(admin, 'client/two_factor_switch_off', { id })).message, /not on/);
  });

  it('need the right to set passwords', async () => {
    const { id, caller } = await buildClient(app);
    await switchOn(app, caller);
    const some = await buildStaff(app, { permissions: { client: { access: true, view: true } } });

    const { code } = await app.refusal(some.caller, 'client/two_factor_switch_off', { id });

    assert.equal(code, 403);
    assert.equal((await app.call<Shown>(caller, 'profile/two_factor_get')).is_on, true);
  });

  it('leave nothing of it behind when they remove the client', async () => {
    const { id, caller } = await buildClient(app);
    await switchOn(app, caller);

    await app.call(admin, 'client/delete', { id });

    const { knex } = app.app.database;
    assert.deepEqual([await knex('two_factor'), await knex('two_factor_recovery')], [[], []]);
  });

  it('have one of their own, apart from that of the client with the same number', async () => {
    await switchOn(app, admin);

    const { email } = await buildClient(app);

    await app.call(guest, 'client/login', { email, password: PASSWORD });
    assert.match(
      (await app.refusal(guest, 'staff/login', { email: ADMIN.email, password: ADMIN.password })).message,
      /code/,
    );
  });
});
