import assert from 'node:assert/strict';
import { before } from '#core/listener';
import { conflict } from '#core/error';
import { defineModule } from '#core/module';
import { clientSigningUp } from '#modules/client/contract';
import { admin, client, guest, useApp } from '../../support/app.ts';
import { buildClient, configure, linkIn, modules, PASSWORD, see, signUp } from '../../support/build/client.ts';

const TAKEN = 'This email address is already registered.';

describe('guest/client/create', () => {
  const app = useApp({ modules });

  it('makes an active client with a lower-case address and capitalised first names', async () => {
    const id = await app.call<number>(
      guest,
      'client/create',
      signUp({ email: ' Eve@Example.COM', first_name: 'eve ann' }),
    );

    const eve = await see(app, id);
    assert.deepEqual([eve.email, eve['first_name'], eve.status], ['eve@example.com', 'Eve Ann', 'active']);
  });

  it('signs the visitor in', async () => {
    const browser = app.browser();
    await browser.post('/api/guest/client/create').send(signUp());
    const page = await browser.get('/');
    const csrf = /fossbilling_csrf=([0-9a-f]+)/.exec(String(page.headers['set-cookie']))?.[1] ?? '';

    const { body } = await browser.post('/api/client/profile/get').set('x-csrf-token', csrf);

    assert.equal(body.error, null);
  });

  it('leaves the visitor signed out when staff want it so', async () => {
    await configure(app, { auto_login_after_signup: '0' });

    const answer = await app.browser().post('/api/guest/client/create').send(signUp());

    assert.doesNotMatch(String(answer.headers['set-cookie']), /fossbilling_session/);
  });

  it('writes a letter of welcome', async () => {
    const sent = signUp();

    await app.call(guest, 'client/create', sent);

    await app.settle();
    assert.ok((await app.mails()).some((mail) => mail.includes(sent.email) && /Welcome Eve/.test(mail)));
  });

  it('asks for the address to be confirmed, once, and lets nothing else be done before', async () => {
    await configure(app, { require_email_confirmation: true });
    const id = await app.call<number>(guest, 'client/create', signUp());
    const caller = client(await app.call(admin, 'profile/api_key_reset', { id }));
    const link = await linkIn(app, 'client/confirm-email');

    assert.equal(link.length, 50);
    assert.equal(await app.call(caller, 'client/resend_email_verification'), null);
    await app.call(admin, 'client/update', { id, email_approved: true });
    assert.equal(await app.call(caller, 'client/resend_email_verification'), true);
  });

  it('stores nothing but the fields of a visitor', async () => {
    const forged = {
      id: 77, group_id: 1, client_group_id: 1, status: 'suspended', balance: 500, aid: 'X', notes: 'x', currency: 'EUR',
      tax_exempt: true, email_approved: true, api_token: 'A'.repeat(32), role: 'admin', pass: 'x', ip: '9.9.9.9',
      billing_email: 'x@example.com', auth_type: 'x', referred_by: 'x', created_at: '2001-01-01', custom_21: 'x',
    }; // prettier-ignore

    const id = await app.call<number>(guest, 'client/create', signUp(forged));

    const eve = await see(app, id);
    const { group_id, status, balance, aid, notes, currency, tax_exempt, email_approved, api_token } = eve;
    assert.deepEqual(
      { group_id, status, balance, aid, notes, currency, tax_exempt, email_approved, api_token },
      {
        group_id: null, status: 'active', balance: 0, aid: null, notes: null, currency: null, tax_exempt: false,
        email_approved: null, api_token: null,
      }, // prettier-ignore
    );
    assert.notEqual(eve['ip'], '9.9.9.9');
    assert.equal(eve['billing_email'], null);
  });

  it('makes one client of fifty sign-ups with one address', async () => {
    const sent = signUp();

    const answers = await Promise.all(
      Array.from({ length: 50 }, () => app.request('post', '/api/guest/client/create').send(sent)),
    );

    const refusals = answers.map(({ body }) => (body as { error: { message: string } | null }).error);
    assert.equal(refusals.filter((error) => error === null).length, 1);
    assert.ok(refusals.every((error) => error === null || error.message === TAKEN));
    assert.equal((await app.call<{ total: number }>(admin, 'client/get_list')).total, 1);
  }).timeout(60_000);

  it('refuses while staff have closed it', async () => {
    await configure(app, { disable_signup: '1' });

    const { message } = await app.refusal(guest, 'client/create', signUp());

    assert.equal(message, 'New registrations are temporarily disabled');
  });

  it('asks for the fields that staff want filled in, by their names', async () => {
    const custom_fields = { custom_3: { active: '1', required: '1', title: 'Tax number' } };
    await configure(app, { required: ['address_1'], custom_fields });

    const plain = await app.refusal(guest, 'client/create', signUp());
    const custom = await app.refusal(guest, 'client/create', signUp({ address_1: 'High St' }));

    assert.equal(plain.message, 'Field Address 1 cannot be empty');
    assert.equal(custom.message, 'Field Tax number cannot be empty');
    await app.call(guest, 'client/create', signUp({ address_1: 'High St', custom_3: 'TX' }));
  });

  it('refuses what is not valid with the words of the contract', async () => {
    const wrong: readonly (readonly [object, string])[] = [
      [{ password_confirm: 'Sunny-Day-43' }, 'Passwords do not match.'],
      [{ password: 'weak', password_confirm: 'weak' }, 'Minimum password length is 8 characters.'],
      [{ email: 'eve at example.com' }, 'Email address is invalid'],
      [{ email: 'eve@example.com\r\nBcc: all@example.com' }, 'Email address is invalid'],
      [{ gender: 'robot' }, 'Invalid gender'],
      [{ birthday: '1990-02-30' }, 'Birthdate is invalid'],
      [{ country: 'XX' }, 'Invalid country code: XX'],
      [{ lang: 'xx_YY_zz' }, 'Invalid locale code: xx_YY_zz'],
      [{ timezone: 'Mars/Olympus' }, 'Invalid timezone: Mars/Olympus'],
      [{ phone: '+441' }, 'Please use the separate field for the phone country code.'],
      [{ phone_cc: '0' }, 'The provided phone country code does not appear to be valid.'],
    ];

    for (const [fields, expected] of wrong) {
      const { message, code } = await app.refusal(guest, 'client/create', signUp(fields));
      assert.deepEqual({ message, code }, { message: expected, code: 9999 });
    }
  });

  it('refuses values longer than their field and of the wrong kind', async () => {
    await app.refusal(guest, 'client/create', signUp({ city: 'x'.repeat(101) }));
    await app.refusal(guest, 'client/create', signUp({ city: { a: 1 } }));
    await app.refusal(guest, 'client/create', signUp({ email: ['a@example.com'] }));

    assert.equal((await app.call<{ total: number }>(admin, 'client/get_list')).total, 0);
  });

  it('keeps a line break in a name out of the letters', async () => {
    const sent = signUp({ first_name: 'Eve\r\nBcc: all@example.com' });

    await app.call(guest, 'client/create', sent);

    await app.settle();
    assert.doesNotMatch((await app.mails()).join('\n'), /^Bcc:/m);
  });

  it('refuses the address of another client in any case', async () => {
    const { email } = await buildClient(app);

    const { message } = await app.refusal(guest, 'client/create', signUp({ email: email.toUpperCase() }));

    assert.equal(message, TAKEN);
  });
});

describe('the hook of a sign-up', () => {
  let asked: unknown;
  const guard = defineModule({
    name: 'guard',
    title: 'Guard',
    version: '1.0.0',
    isEssential: true,
    migrations: [],
    setup: () => ({
      hooks: [
        before(clientSigningUp, (_tx, question) => {
          asked = question;
          return Promise.reject(conflict('guard.refused', 'Registration failed.'));
        }),
      ],
    }),
  });
  const app = useApp({ modules: [...modules, guard] });

  it('sees all that was sent but the passwords, and may refuse', async () => {
    const { message } = await app.refusal(guest, 'client/create', signUp({ bio: 'filled in by a robot' }));

    assert.equal(message, 'Registration failed.');
    assert.equal((asked as { sent: { bio: string } }).sent.bio, 'filled in by a robot');
    assert.ok(!JSON.stringify(asked).includes(PASSWORD));
    assert.equal((await app.call<{ total: number }>(admin, 'client/get_list')).total, 0);
  });
});
