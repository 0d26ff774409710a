import assert from 'node:assert/strict';
import { admin, guest, useApp } from '../../support/app.ts';
import {
  askReset,
  buildClient,
  configure,
  linkIn,
  modules,
  newEmail,
  NEXT_PASSWORD,
  PASSWORD,
  see,
  signIn,
} from '../../support/build/client.ts';

interface Own {
  readonly email: string;
  readonly [field: string]: unknown;
}

describe('the own profile of a client', () => {
  const app = useApp({ modules });

  it('shows what a client may know, without status, group and token', async () => {
    const { id, email, caller } = await buildClient(app, { currency: 'USD', notes: 'from staff' });

    const own = await app.call<Own>(caller, 'profile/get');

    assert.deepEqual([own['id'], own.email, own['balance']], [id, email, 0]);
    for (const hidden of ['status', 'group_id', 'api_token', 'notes', 'ip', 'aid', 'pass']) assert.ok(!(hidden in own));
  });

  it('shows custom fields that are active and filled in', async () => {
    await configure(app, {
      custom_fields: { custom_1: { active: '1', title: 'Tax' }, custom_2: { active: '0', title: 'Old' } },
    });
    const { caller } = await buildClient(app, { custom_1: 'TX', custom_2: 'gone', custom_3: 'unknown' });

    const own = await app.call<Own>(caller, 'profile/get');

    assert.deepEqual([own['custom_1'], 'custom_2' in own, 'custom_3' in own], ['TX', false, false]);
  });

  it('changes what is sent; empty text overwrites, null and an empty phone keep', async () => {
    const { caller } = await buildClient(app, { city: 'Bern', state: 'BE', phone: '123', gender: 'other' });

    await app.call(caller, 'profile/update', { city: '', state: null, phone: '', gender: '', birthday: '1990-2-8' });

    const { city, state, phone, gender, birthday } = await app.call<Own>(caller, 'profile/get');
    assert.deepEqual(
      { city, state, phone, gender, birthday },
      { city: '', state: 'BE', phone: '123', gender: null, birthday: '1990-02-08' },
    );
  });

  it('changes nothing but the profile, and nobody else', async () => {
    const [one, two] = [await buildClient(app), await buildClient(app)];

    await app.call(one.caller, 'profile/update', {
      id: two.id, status: 'canceled', group_id: 1, client_group_id: 1, tax_exempt: true, aid: 'X', currency: 'EUR',
      email_approved: true, api_token: 'a', balance: 9, created_at: '2001-01-01', ip: '9.9.9.9', city: 'Turku',
    }); // prettier-ignore

    const { status, group_id, tax_exempt, aid, currency, email_approved, balance, ip } = await see(app, one.id);
    assert.deepEqual(
      { status, group_id, tax_exempt, aid, currency, email_approved, balance, ip },
      {
        status: 'active',
        group_id: null,
        tax_exempt: false,
        aid: null,
        currency: null,
        email_approved: null,
        balance: 0,
        ip: null,
      },
    );
    assert.equal((await see(app, two.id))['city'], null);
  });

  it('asks to confirm a new address, and drops the links sent to the old one', async () => {
    await configure(app, { require_email_confirmation: '1' });
    const { id, email, caller } = await buildClient(app);
    await app.call(admin, 'client/update', { id, email_approved: 1 });
    const reset = await askReset(app, email);

    await app.call(caller, 'profile/update', { email: newEmail() });

    assert.equal((await see(app, id))['email_approved'], false);
    assert.equal((await linkIn(app, 'client/confirm-email')).length, 50);
    await app.refusal(guest, 'client/update_password', {
      hash: reset,
      password: NEXT_PASSWORD,
      password_confirm: NEXT_PASSWORD,
    });
  });

  it('keeps the address when staff want it so', async () => {
    await configure(app, { disable_change_email: '1' });
    const { email, caller } = await buildClient(app);

    const { message } = await app.refusal(caller, 'profile/update', { email: newEmail() });

    assert.equal(message, 'Email address cannot be changed');
    await app.call(caller, 'profile/update', { email, city: 'Bern' });
  });

  it('refuses what is not valid with the words of the contract', async () => {
    const other = await buildClient(app);
    const { caller } = await buildClient(app);
    const wrong: readonly (readonly [object, string])[] = [
      [{ email: other.email }, 'This email address is already registered.'],
      [{ email: 'nonsense' }, 'Email address is invalid'],
      [{ gender: 'unknown' }, 'Invalid gender value. Allowed: male, female, nonbinary, other'],
      [{ birthday: 'never' }, 'Invalid birthdate value'],
      [{ birthday: '1850-01-01' }, 'Birthdate cannot be more than 120 years ago.'],
      [{ birthday: '2999-01-01' }, 'Birthdate cannot be in the future.'],
      [{ country: 'ZZ' }, 'Invalid country code: ZZ'],
      [{ phone_cc: '123456' }, 'The provided phone country code does not appear to be valid.'],
    ];

    for (const [fields, expected] of wrong)
      assert.equal((await app.refusal(caller, 'profile/update', fields)).message, expected);
  });

  it('changes the password and signs out everywhere', async () => {
    const { email, caller } = await buildClient(app);
    const browser = await signIn(app, email);
    const change = { current_password: PASSWORD, new_password: NEXT_PASSWORD, confirm_password: NEXT_PASSWORD };

    const wrong = await app.refusal(caller, 'profile/change_password', { ...change, current_password: 'Wrong-1-day' });
    await app.call(caller, 'profile/change_password', change);

    assert.equal(wrong.message, 'Current password incorrect');
    assert.equal((await browser.post('client/profile/get')).status, 401);
    await app.call(guest, 'client/login', { email, password: NEXT_PASSWORD });
  });

  it('replaces the API key', async () => {
    const { caller } = await buildClient(app);

    const token = await app.call<string>(caller, 'profile/api_key_reset');

    assert.equal((await app.refusal(caller, 'profile/get')).code, 204);
    assert.equal(await app.call({ role: 'client', token }, 'profile/api_key_get'), token);
  });

  it('signs out here and nowhere else', async () => {
    const { email } = await buildClient(app);
    const [here, there] = [await signIn(app, email), await signIn(app, email)];

    await here.post('client/profile/logout');

    assert.equal((await here.post('client/profile/get')).status, 401);
    assert.equal((await there.post('client/profile/get')).status, 200);
  });

  it('signs out everywhere but here, and nobody else', async () => {
    const [{ email }, stranger] = [await buildClient(app), await buildClient(app)];
    const [here, there] = [await signIn(app, email), await signIn(app, email)];
    const other = await signIn(app, stranger.email);

    await here.post('client/profile/destroy_sessions');

    assert.equal((await here.post('client/profile/get')).status, 200);
    assert.equal((await there.post('client/profile/get')).status, 401);
    assert.equal((await other.post('client/profile/get')).status, 200);
  });

  it('signs out everywhere when a program asks with a token', async () => {
    const { email, caller } = await buildClient(app);
    const browser = await signIn(app, email);

    await app.call(caller, 'profile/destroy_sessions');

    assert.equal((await browser.post('client/profile/get')).status, 401);
  });

  it('ends the other sessions with a new password', async () => {
    const { email } = await buildClient(app);
    const [here, there] = [await signIn(app, email), await signIn(app, email)];
    const next = { new_password: NEXT_PASSWORD, confirm_password: NEXT_PASSWORD };

    await here.post('client/profile/change_password', { current_password: PASSWORD, ...next });

    assert.equal((await here.post('client/profile/get')).status, 200);
    assert.equal((await there.post('client/profile/get')).status, 401);
  });
});
