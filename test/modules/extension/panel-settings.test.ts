import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { openLimited, openPanel, panelModules } from '../../support/panel.ts';

const at = (module: string): string => `/admin/extension/settings/${module}`;

describe('the settings of a module in the panel', () => {
  const app = useApp({ modules: panelModules });
  const configOf = (module: string) =>
    app.call<Record<string, unknown>>(admin, 'extension/config_get', { ext: `mod_${module}` });

  it('are changed, and what the form has no field for stays', async () => {
    await app.call(admin, 'extension/config_save', { ext: 'mod_activity', max_age: 30, theirs: 'stays' });
    const panel = await openPanel(app);

    const shown = await panel.get(at('activity'));
    const { headers } = await panel.submit(at('activity'), at('activity'), { max_age: '7', email_max_age: '' });

    assert.match(shown.text, /id="field-max_age" name="max_age" type="number" value="30"/);
    assert.equal(headers['location'], at('activity'));
    const { max_age, theirs } = await configOf('activity');
    assert.deepEqual([max_age, theirs], [7, 'stays']);
  });

  it('are shown again with what is wrong', async () => {
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(at('activity'), at('activity'), { max_age: '-4', email_max_age: '0' });

    assert.equal(status, 422);
    assert.match(text, /value="-4"/);
    assert.match(text, /is-invalid/);
    assert.equal((await configOf('activity'))['max_age'], undefined);
  });

  it('switch things off as well as on', async () => {
    const panel = await openPanel(app);
    const guards = { block_ips: '0', captcha_provider: 'turnstile', check_temp_emails: '0', honeypot_field: 'bio' };

    await panel.submit(at('antispam'), at('antispam'), { ...guards, captcha_recaptcha_v3_threshold: '0.7' });

    const config = await configOf('antispam');
    assert.deepEqual(
      [config['check_temp_emails'], config['captcha_provider'], config['captcha_recaptcha_v3_threshold']],
      [false, 'turnstile', 0.7],
    );
  });

  it('reach into groups of settings', async () => {
    const panel = await openPanel(app);

    await panel.submit(at('staff'), at('staff'), { check_ip: '0', allowed_ips: '', 'public[reset_pw]': '0' });

    assert.deepEqual((await configOf('staff'))['public'], { reset_pw: false });
    assert.match(
      (await panel.get(at('staff'))).text,
      /name="public\[reset_pw\]" type="checkbox" value="1"(?! checked)/,
    );
  });

  it('never show a secret, and keep one that is left empty', async () => {
    await app.call(admin, 'extension/config_save', { ext: 'mod_email', mailer: 'smtp', smtp_password: 'Hush-Hush-9' });
    const panel = await openPanel(app);

    const { text } = await panel.get(at('email'));
    await panel.submit(at('email'), at('email'), { mailer: 'smtp', smtp_host: 'mail.example.com', smtp_password: '' });
    const kept = await configOf('email');
    await panel.submit(at('email'), at('email'), { mailer: 'smtp', smtp_password: 'Louder-10' });

    assert.doesNotMatch(text, /Hush-Hush-9/);
    assert.deepEqual([kept['smtp_host'], kept['smtp_password']], ['mail.example.com', 'Hush-Hush-9']);
    assert.equal((await configOf('email'))['smtp_password'], 'Louder-10');
  });

  it('do not shut out who saves them', async () => {
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(at('system'), at('system'), { 'api[allowed_ips]': '203.0.113.7' });

    assert.equal(status, 409);
    assert.match(text, /The API would be closed to/);
    assert.equal((await configOf('system'))['api'], undefined);
  });

  it('close the site, and open it again, staff never being shut out', async () => {
    const panel = await openPanel(app);

    await panel.submit(at('system'), at('system'), { 'maintenance_mode[enabled]': '1' });
    app.clock.advance(2000);
    const closed = (await app.request('get', '/')).status;
    await panel.submit(at('system'), at('system'), { 'maintenance_mode[enabled]': '0' });
    app.clock.advance(2000);

    assert.deepEqual([closed, (await app.request('get', '/')).status], [503, 200]);
  });

  it('are for staff who may change them, on the page as by the API', async () => {
    const limited = await openLimited(app, { extension: { access: true, view: true }, activity: { access: true } });

    assert.equal((await limited.get(at('activity'))).status, 403);
    assert.equal((await limited.submit('/admin/extension', at('activity'), { max_age: '1' })).status, 403);
    assert.equal((await configOf('activity'))['max_age'], undefined);
  });
});
