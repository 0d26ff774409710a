import assert from 'node:assert/strict';
import { extension } from '#modules/extension/index';
import { system } from '#modules/system/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';

type Company = Record<string, string | null>;

describe('admin/system: settings', () => {
  const app = useApp({ modules: [keepers, system, extension] });
  const params = () => app.call<Record<string, string | null>>(admin, 'system/get_params');
  const update = (changes: object, who = admin) => app.call(who, 'system/update_params', changes);

  it('begins with what every installation has', async () => {
    const found = await params();

    assert.equal(found['last_patch'], '106');
    assert.equal(found['company_name'], 'Company Name');
    assert.equal(found['invoice_series'], 'FOSS');
    assert.equal(found['nameserver_1'], null);
    assert.equal(found['hide_company_public'], '1');
  });

  it('keeps everything as text', async () => {
    await update({ on: true, off: false, number: 42, text: 'it\'s "new" \\ 日本\'; --', nothing: null });

    const found = await params();
    assert.deepEqual(
      ['on', 'off', 'number', 'text', 'nothing'].map((name) => found[name]),
      ['1', '', '42', 'it\'s "new" \\ 日本\'; --', null],
    );
  });

  it('changes nothing when nothing is sent', async () => {
    const before = await params();

    assert.equal(await update({}), true);

    assert.deepEqual(await params(), before);
  });

  it('does not show a new setting to guests', async () => {
    await update({ my_own: 'value' });

    const error = await app.refusal(guest, 'system/param', { key: 'my_own' });
    assert.deepEqual(error, { code: 9999, message: 'Parameter my_own does not exist', status: 200 });
  });

  it('shows guests a setting that is public', async () => {
    await update({ motto: 'Pay here' });
    await app.app.database.knex('setting').where({ name: 'motto' }).update({ is_public: true });

    assert.equal(await app.call(guest, 'system/param', { key: 'motto' }), 'Pay here');
  });

  for (const [key, names] of [
    ['manage_company_details', ['company_name', 'hide_company_public', 'Company_Name']],
    ['manage_company_legal', ['company_tos', 'COMPANY_NOTE']],
  ] as const) {
    for (const name of names) {
      it(`needs ${key} to change ${name}`, async () => {
        const clerk = keeperOf({ system: ['update_params', 'manage_settings'] });

        const error = await app.refusal(clerk, 'system/update_params', { theme: 'new', [name]: 'x' });

        assert.equal(error.message, `You do not have permission to update the parameter ${name}`);
        assert.equal(error.code, 9999);
        assert.equal((await params())['theme'], 'huraga');
        assert.equal(await update({ [name]: 'x' }, keeperOf({ system: ['update_params', key] })), true);
      });
    }
  }

  for (const name of ['còmpany_name', 'company_name ', 'a b', '', 'x'.repeat(192)]) {
    it(`refuses ${JSON.stringify(name.slice(0, 20))} as a name`, async () => {
      const error = await app.refusal(admin, 'system/update_params', { [name]: 'x' });

      assert.match(error.message, /^Parameter name .* is invalid\.$/);
    });
  }

  it('refuses a list as a value', async () => {
    const error = await app.refusal(admin, 'system/update_params', { theme: ['a'] });

    assert.equal(error.message, 'Parameter "theme" is invalid.');
  });

  it('creates a setting once when two ask for it at once', async () => {
    await Promise.all([1, 2, 3, 4].map((number) => update({ fresh: number })));

    const rows = await app.app.database.knex('setting').where({ owner: 'system', name: 'fresh' });
    assert.equal(rows.length, 1);
  });

  it('changes the language of the installation', async () => {
    await app.call(admin, 'system/update_localization_settings', { locale: 'zh_CN', auto_detect_locale: false });

    assert.deepEqual(await app.call(admin, 'system/localization_settings'), {
      locale: 'zh_CN',
      auto_detect_locale: false,
    });
    assert.equal(await app.call(guest, 'system/locale'), 'zh_CN');
    const countries = await app.call<Record<string, string>>(guest, 'system/countries');
    assert.equal(countries['CN'], '中国');
  });

  it('refuses a language that is none', async () => {
    const error = await app.refusal(admin, 'system/update_localization_settings', { locale: '../x' });

    assert.equal(error.message, 'Invalid locale code: ../x');
  });

  it('refuses settings to who may not see them', async () => {
    const error = await app.refusal(keeperOf({ system: ['view'] }), 'system/get_params');

    assert.equal(error.message, 'You need the "system.manage_settings" permission to perform this action');
  });
});

describe('guest/system/company', () => {
  const app = useApp({ modules: [keepers, system, extension] });
  const company = () => app.call<Company>(guest, 'system/company');
  const update = (changes: object) => app.call(admin, 'system/update_params', changes);

  it('hides addresses and numbers from strangers', async () => {
    const shown = await company();

    assert.equal(shown['name'], 'Company Name');
    assert.equal(shown['www'], app.app.config.baseUrl);
    assert.equal(shown['logo_url'], `${app.app.config.baseUrl}public/branding/logo.svg`);
    for (const name of ['email', 'tel', 'address_1', 'bank_name', 'bic', 'number', 'vat_number', 'account_number'])
      assert.equal(name in shown, false, name);
  });

  it('shows them when staff say so', async () => {
    await update({ hide_company_public: '0' });

    assert.equal((await company())['email'], 'support@yourcompany.com');
  });

  it('shows them to who is signed in', async () => {
    const browser = app.browser();
    await browser.get('/');
    await withSession(app, (data) => ({ ...data, clientId: 1 }));

    const { body } = (await browser.post('/api/guest/system/company')) as { body: { result: Company } };

    assert.equal(body.result['tel'], '+123 456 12345');
  });

  it('escapes what themes print as it is', async () => {
    await update({ company_name: `<b>"A" & 'B'</b>`, company_note: '{{7*7}} <i>' });

    const shown = await company();
    assert.equal(shown['name'], '&lt;b&gt;&quot;A&quot; &amp; &#039;B&#039;&lt;/b&gt;');
    assert.equal(shown['note'], '{{7*7}} <i>');
  });

  it('leaves a whole address of the logo alone and takes it in the dark as well', async () => {
    await update({ company_logo: 'https://cdn.example.com/logo.svg', company_logo_dark: '' });

    const shown = await company();
    assert.equal(shown['logo_url'], 'https://cdn.example.com/logo.svg');
    assert.equal(shown['logo_url_dark'], 'https://cdn.example.com/logo.svg');
  });
});

describe('guest/system/get_pending_messages', () => {
  const app = useApp({ modules: [keepers, system, extension] });

  it('is empty for who has no session', async () => {
    assert.deepEqual(await app.call(guest, 'system/get_pending_messages'), []);
  });

  it('gives the messages of this browser once', async () => {
    const browser = app.browser();
    await browser.get('/');
    await withSession(app, (data) => ({ ...data, pending: ['Saved.', 'Welcome <b>back</b>'] }));
    const take = async (): Promise<unknown> =>
      ((await browser.post('/api/guest/system/get_pending_messages')).body as { result: unknown }).result;

    assert.deepEqual(await take(), ['Saved.', 'Welcome <b>back</b>']);
    assert.deepEqual(await take(), []);
  });
});

/** Changes what the only session of the test holds. */
async function withSession({ app }: ReturnType<typeof useApp>, change: (data: object) => object): Promise<void> {
  const { knex } = app.database;
  const row = await knex<{ content: string }>('session').first('content');
  await knex('session').update({ content: JSON.stringify(change(JSON.parse(row?.content ?? '{}') as object)) });
}
