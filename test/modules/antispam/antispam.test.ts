import assert from 'node:assert/strict';
import { createAntispam } from '#modules/antispam/index';
import { ADMIN, admin, guest, useApp } from '../../support/app.ts';
import { buildClient, modules, newEmail, PASSWORD, signUp } from '../../support/build/client.ts';
import { buildStaff } from '../../support/build/staff.ts';

interface Asked {
  readonly url: string;
  readonly form: Readonly<Record<string, string>>;
}

/** What vendors were asked, and what they answer. */
const asked: Asked[] = [];
let answer: (url: string) => unknown = () => ({});

const antispam = createAntispam(async (url, form) => {
  asked.push({ url, form });
  return answer(url);
});
const small = { modules: [...modules, antispam] };
describe('antispam', () => {
  beforeEach(() => {
    asked.length = 0;
    answer = () => ({});
  });

  describe('antispam: blocked addresses', () => {
    const app = useApp(small);
    const block = (ip: string) => app.call(admin, 'antispam/block_ip', { ip });
    const blocked = (): Promise<{ enabled: boolean; ips: string[] }> => app.call(admin, 'antispam/get_blocked_ips');
    const configure = (config: object) => app.call(admin, 'extension/config_save', { ext: 'mod_antispam', ...config });
    const refused = 'Your IP address (127.0.0.1) is blocked. Please contact our support to lift your block.';

    it('are none at first', async () => {
      assert.deepEqual(await blocked(), { enabled: false, ips: [] });
    });

    it('are added and removed, which turns blocking on and off', async () => {
      assert.deepEqual(await block(' 203.0.113.9 '), { result: true, ip: '203.0.113.9' });
      assert.deepEqual(await block('2001:DB8:0::1'), { result: true, ip: '2001:db8::1' });
      assert.deepEqual(await blocked(), { enabled: true, ips: ['203.0.113.9', '2001:db8::1'] });

      await app.call(admin, 'antispam/unblock_ip', { ip: '203.0.113.9' });
      await app.call(admin, 'antispam/unblock_ip', { ip: '2001:db8::1' });
      assert.deepEqual(await blocked(), { enabled: false, ips: [] });
    });

    it('keep the other settings', async () => {
      await configure({ sfs: '1', blocked_ips: '203.0.113.1' });

      await block('203.0.113.2');

      const config = await app.call<Record<string, unknown>>(admin, 'antispam/get_config');
      assert.deepEqual([config['sfs'], config['blocked_ips']], ['1', '203.0.113.1\n203.0.113.2']);
    });

    it('are all kept when several are blocked at once', async () => {
      const ips = ['203.0.113.1', '203.0.113.2', '203.0.113.3', '203.0.113.4'];

      await Promise.all(ips.map(block));

      assert.deepEqual((await blocked()).ips.toSorted(), ips);
    });

    it('are refused when they make no sense', async () => {
      await block('203.0.113.9');
      const refusal = async (call: string, params: object): Promise<string> =>
        (await app.refusal(admin, `antispam/${call}`, params)).message;

      assert.equal(await refusal('block_ip', {}), 'IP address is required');
      assert.equal(await refusal('block_ip', { ip: 'here' }), 'Invalid IP address');
      assert.equal(await refusal('block_ip', { ip: '203.0.113.9' }), '203.0.113.9 is already blocked.');
      assert.equal(
        await refusal('block_ip', { ip: '::ffff:127.0.0.1' }),
        'You cannot block 127.0.0.1 as it is the IP you are making requests from.',
      );
      assert.equal(await refusal('unblock_ip', { ip: '203.0.113.8' }), '203.0.113.8 is not currently blocked.');
    });

    it('cannot sign up, sign in, change a profile or, as staff, a client', async () => {
      const ann = await buildClient(app);
      await configure({ block_ips: 'on', blocked_ips: '203.0.113.9\r\n127.0.0.1' });

      const refusals = [
        await app.refusal(guest, 'client/create', signUp()),
        await app.refusal(guest, 'client/login', { email: ann.email, password: PASSWORD }),
        await app.refusal(guest, 'staff/login', { email: ADMIN.email, password: ADMIN.password }),
        await app.refusal(ann.caller, 'profile/update', { first_name: 'Anna' }),
        await app.refusal(admin, 'client/update', { id: ann.id, first_name: 'Anna' }),
      ];

      for (const refusal of refusals) assert.deepEqual(refusal, { message: refused, code: 403, status: 403 });
    });

    it('are let in while blocking is off', async () => {
      const ann = await buildClient(app);
      await configure({ blocked_ips: '127.0.0.1' });

      await app.call(guest, 'client/login', { email: ann.email, password: PASSWORD });
    });

    it('are a matter for those who may change the guards', async () => {
      const keeper = await buildStaff(app, { permissions: { antispam: { access: 1, view: 1, manage: 1 } } });

      assert.equal((await app.refusal(keeper.caller, 'antispam/block_ip', { ip: '203.0.113.9' })).code, 403);
      assert.equal((await app.refusal({ role: 'admin' }, 'antispam/get_config')).status, 401);
      await app.call(keeper.caller, 'antispam/get_blocked_ips');
    });
  });

  describe('antispam: at sign-up', () => {
    const app = useApp(small);
    const configure = (config: object) => app.call(admin, 'extension/config_save', { ext: 'mod_antispam', ...config });
    const enter = (fields: object = {}): Promise<number> => app.call(guest, 'client/create', signUp(fields));
    const refusal = async (fields: object = {}): Promise<string> =>
      (await app.refusal(guest, 'client/create', signUp(fields))).message;

    it('asks nobody outside unless it is told to', async () => {
      await enter();

      assert.deepEqual(asked, []);
    });

    it('refuses an address that is thrown away', async () => {
      const text = 'Disposable email addresses are not allowed';

      assert.equal(await refusal({ email: 'Someone@Mailinator.com' }), text);
      assert.equal(await refusal({ email: 'someone@any.10mail.org' }), text);
      await configure({ check_temp_emails: '0' });
      await enter({ email: 'someone@mailinator.com' });
    });

    it('refuses programs that fill in what people do not see', async () => {
      assert.equal(await refusal({ bio: 'Buy now' }), 'Registration failed.');
      assert.equal(await refusal({ bio: ['Buy now'] }), 'Registration failed.');
      await enter({ bio: ' ' });

      await configure({ honeypot_field: 'website' });
      assert.equal(await refusal({ website: 'Buy now' }), 'Registration failed.');
      await enter({ bio: 'I like keys' });

      await configure({ honeypot_enabled: false });
      await enter({ bio: 'Buy now' });
    });

    it('refuses whom StopForumSpam knows, once it is turned on', async () => {
      answer = () => ({ success: 1, email: { appears: 1 }, ip: { appears: 0 } });
      await enter();
      await configure({ sfs: '1' });

      assert.equal(await refusal(), 'Your e-mail is blacklisted in the Stop Forum Spam database');
      answer = () => ({ success: 1, ip: { appears: 1 } });
      assert.equal(await refusal(), 'Your IP address is blacklisted in the Stop Forum Spam database');
      answer = () => ({ success: 1, username: { appears: '1' } });
      assert.equal(await refusal({ username: 'spam' }), 'Your username is blacklisted in the Stop Forum Spam database');
      assert.equal(asked.at(-1)?.form['username'], 'spam');
    });

    it('lets people in while StopForumSpam cannot be reached', async () => {
      await configure({ sfs: '1' });
      answer = () => {
        throw new Error('no route');
      };

      await enter();
    });

    it('stores nobody who was refused', async () => {
      const email = newEmail();
      await refusal({ email, bio: 'x' });

      assert.equal((await app.refusal(admin, 'client/get', { email })).message, 'Client not found');
    });
  });

  describe('antispam: captchas', () => {
    const app = useApp(small);
    const configure = (config: object) =>
      app.call(admin, 'extension/config_save', { ext: 'mod_antispam', captcha_enabled: '1', ...config });
    const refusal = async (fields: object = {}): Promise<string> =>
      (await app.refusal(guest, 'client/create', signUp(fields))).message;
    const enter = (fields: object): Promise<number> => app.call(guest, 'client/create', signUp(fields));

    it('show guests what a form needs and no secret', async () => {
      const show = (): Promise<object> => app.call(guest, 'antispam/recaptcha');
      const nothing = { publickey: null, turnstile_site_key: null, hcaptcha_site_key: null, version: null };
      assert.deepEqual(await show(), {
        ...nothing,
        enabled: false,
        captcha_provider: 'recaptcha_v2',
        recaptcha_v3_threshold: 0.5,
      });

      await configure({
        captcha_provider: 'turnstile',
        turnstile_site_key: 'site',
        turnstile_secret_key: 'secret',
        captcha_recaptcha_v3_threshold: '0.7',
      });

      assert.deepEqual(await show(), {
        ...nothing,
        enabled: true,
        captcha_provider: 'turnstile',
        recaptcha_v3_threshold: 0.7,
        turnstile_site_key: 'site',
      });
    });

    it('must be solved', async () => {
      await configure({ captcha_recaptcha_privatekey: 'secret' });

      assert.equal(await refusal(), 'You have to complete the CAPTCHA to continue');
      assert.equal(await refusal({ 'g-recaptcha-response': ['x'] }), 'You have to complete the CAPTCHA to continue');
      assert.deepEqual(asked, []);
    });

    it('are verified by their vendor', async () => {
      await configure({ captcha_recaptcha_privatekey: 'secret' });
      answer = () => ({ success: false });
      assert.equal(await refusal({ 'g-recaptcha-response': 'wrong' }), 'reCAPTCHA verification failed.');

      answer = () => ({ success: true });
      await enter({ 'g-recaptcha-response': 'right' });

      assert.deepEqual(asked.at(-1), {
        url: 'https://www.google.com/recaptcha/api/siteverify',
        form: { secret: 'secret', response: 'right', remoteip: '127.0.0.1' },
      });
    });

    it('of the third version need a score and the right action', async () => {
      await configure({ captcha_provider: 'recaptcha_v3', captcha_recaptcha_privatekey: 'secret' });
      const solved = { 'g-recaptcha-response': 'x', 'g-recaptcha-action': 'fossbilling_submit' };

      for (const verdict of [
        { success: true, score: 0.4, action: 'fossbilling_submit' },
        { success: true, score: 0.9, action: 'elsewhere' },
        { success: true },
      ]) {
        answer = () => verdict;
        assert.equal(await refusal(solved), 'reCAPTCHA verification failed.');
      }
      answer = () => ({ success: true, score: 0.5, action: 'fossbilling_submit' });
      await enter(solved);
    });

    it('of other vendors work as well', async () => {
      for (const [provider, field, url] of [
        ['turnstile', 'cf-turnstile-response', 'https://challenges.cloudflare.com/turnstile/v0/siteverify'],
        ['hcaptcha', 'h-captcha-response', 'https://api.hcaptcha.com/siteverify'],
      ] as const) {
        await configure({ captcha_provider: provider, [`${provider}_secret_key`]: 'secret' });
        answer = () => ({ success: false });

        assert.equal(await refusal(), 'Please complete the CAPTCHA verification.');
        assert.equal(await refusal({ [field]: 'x' }), 'CAPTCHA verification failed. Please try again.');
        answer = () => ({ success: true });
        await enter({ [field]: 'x' });
        assert.equal(asked.at(-1)?.url, url);
      }
    });

    it('keep the door shut when the vendor cannot be reached', async () => {
      await configure({ captcha_recaptcha_privatekey: 'secret' });
      answer = () => {
        throw new Error('no route');
      };

      assert.equal(await refusal({ 'g-recaptcha-response': 'x' }), 'reCAPTCHA verification failed.');
    });

    it('say what is not configured', async () => {
      await configure({});
      assert.match(await refusal(), /^To use reCAPTCHA you must get an API key from <a href=/);
      await configure({ captcha_provider: 'turnstile' });
      assert.equal(await refusal(), 'Cloudflare Turnstile secret key is not configured.');
      await configure({ captcha_provider: 'hcaptcha' });
      assert.equal(await refusal(), 'hCaptcha secret key is not configured.');
    });

    it('guard the way to a new password too, and nothing else does', async () => {
      const ann = await buildClient(app);
      await configure({ captcha_recaptcha_privatekey: 'secret', sfs: '1' });
      const reset = { email: ann.email, bio: 'x' };

      const refused = await app.refusal(guest, 'client/reset_password', reset);
      answer = () => ({ success: true });
      await app.call(guest, 'client/reset_password', { ...reset, 'g-recaptcha-response': 'x' });

      assert.equal(refused.message, 'You have to complete the CAPTCHA to continue');
      assert.equal(asked.length, 1);
    });

    it('hold up nobody who signs in', async () => {
      const ann = await buildClient(app);
      await configure({ captcha_recaptcha_privatekey: 'secret' });

      await app.call(guest, 'client/login', { email: ann.email, password: PASSWORD });

      assert.deepEqual(asked, []);
    });
  });
});
