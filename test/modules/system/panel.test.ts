import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/system';
const COMPANY = `${PATH}/company`;
const READER = { system: { access: true, manage_settings: true } };

describe('the settings in the panel', () => {
  const app = useApp({ modules: panelModules });
  const params = () => app.call<Record<string, string | null>>(admin, 'system/get_params');

  it('lead to the settings of each module', async () => {
    const { text } = await (await openPanel(app)).get(PATH);

    for (const name of ['activity', 'antispam', 'email', 'staff', 'system'])
      assert.match(text, new RegExp(`href="/admin/extension/settings/${name}"`));
  });

  it('choose the language of the installation', async () => {
    const panel = await openPanel(app);

    const { headers } = await panel.submit(PATH, `${PATH}/localization`, { locale: 'zh_CN', auto_detect_locale: '0' });

    assert.equal(headers['location'], PATH);
    assert.deepEqual(await app.call(admin, 'system/localization_settings'), {
      locale: 'zh_CN',
      auto_detect_locale: false,
    });
  });

  it('refuse what is no language', async () => {
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(PATH, `${PATH}/localization`, { locale: '../../etc' });

    assert.equal(status, 422);
    assert.match(text, /Invalid locale code/);
  });

  it('change nothing for who may only look', async () => {
    const reader = await openLimited(app, READER);

    const { text } = await reader.get(PATH);

    assert.doesNotMatch(text, /system\/localization|clear-cache/);
    for (const form of ['localization', 'clear-cache'])
      assert.equal((await reader.submit(PATH, `${PATH}/${form}`)).status, 403);
  });

  it('are for staff who may see them', () => checkGuarded(app, PATH, READER));

  it('of the company are changed', async () => {
    const panel = await openPanel(app);

    const { headers } = await panel.submit(COMPANY, COMPANY, {
      company_name: 'Keys & <Locks>',
      company_email: 'us@example.com',
      hide_company_public: '0',
    });

    assert.equal(headers['location'], COMPANY);
    const { company_name, company_email, hide_company_public } = await params();
    assert.deepEqual([company_name, company_email, hide_company_public], ['Keys & <Locks>', 'us@example.com', '0']);
    assert.match((await panel.get(COMPANY)).text, /value="Keys &amp; &lt;Locks&gt;"/);
  });

  it('of the company need a right of their own for each part, on the page as by the API', async () => {
    const clerk = await openLimited(app, {
      system: { access: true, manage_settings: true, update_params: true, manage_company_details: true },
    });

    const { text } = await clerk.get(COMPANY);
    const terms = await clerk.submit(COMPANY, COMPANY, { company_tos: 'Theirs' });
    await clerk.submit(COMPANY, COMPANY, { company_name: 'Renamed' });

    assert.doesNotMatch(text, /name="company_tos"/);
    assert.equal(terms.status, 403);
    const { company_name, company_tos } = await params();
    assert.equal(company_name, 'Renamed');
    assert.notEqual(company_tos, 'Theirs');
  });

  it('of the company are for staff who may see them', () => checkGuarded(app, COMPANY, READER));
});
