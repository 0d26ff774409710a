import assert from 'node:assert/strict';
import { admin, client as asClient, guest, staff, useApp } from '../../support/app.ts';
import { activate, APP, buildApp, buildCode, check, liveToken, send } from '../../support/build/extstars.ts';
import { buildClient, tokenOf } from '../../support/build/sale.ts';
import { buildStaff } from '../../support/build/staff.ts';

interface SeenApp {
  readonly app_id: number;
  readonly sign_key: string;
  readonly check_interval: number;
  readonly methods: readonly string[];
  readonly max_deactivations: number | null;
}

describe('extstars: what staff do', () => {
  const app = useApp({ install: ['extstars-accounts'] });
  const get = (appId = APP) => app.call<SeenApp>(admin, 'extstars/app_get', { app_id: appId });

  it('sets up an app under the number that staff choose, once', async () => {
    await buildApp(app, { check_interval: '120', methods: ['alipay'] }, 2_147_483_647);

    const seen = await get(2_147_483_647);
    assert.match(seen.sign_key, /^[A-Za-z0-9]{32}$/);
    assert.deepEqual([seen.check_interval, seen.methods, seen.max_deactivations], [120, ['alipay'], null]);
    for (const wrong of [
      { app_id: 2_147_483_647 },
      { app_id: 2_147_483_648 },
      { app_id: 5, product_id: 999 },
      { app_id: 5, currency: 'XXX' },
      { app_id: 5, step_key_grace: 90 },
    ])
      await app.refusal(admin, 'extstars/app_create', { name: 'x', ...wrong });
  });

  it('changes what is said and keeps the rest', async () => {
    await buildApp(app, { check_interval: 120 });
    const { sign_key } = await get();

    await app.call(admin, 'extstars/app_update', { app_id: APP, name: 'Other', max_deactivations: 2 });
    const next = await app.call<string>(admin, 'extstars/app_rotate_key', { app_id: APP });

    const seen = await get();
    assert.deepEqual([seen.check_interval, seen.max_deactivations, seen.sign_key], [120, 2, next]);
    assert.notEqual(next, sign_key);
    const { total } = await app.call<{ total: number }>(admin, 'extstars/app_get_list', {});
    assert.equal(total, 1);
  });

  it('deletes an app that nobody holds anything of', async () => {
    await buildApp(app);
    await app.call(admin, 'extstars/app_delete', { app_id: APP });

    await app.refusal(admin, 'extstars/app_get', { app_id: APP });
    assert.equal((await send(app, '/api/v2/upgrade/pull')).code, 101);
  });

  it('disables an app with codes outstanding, and everything answers 101 then', async () => {
    await buildApp(app);
    const { code } = await buildCode(app);
    const token = await liveToken(app, code);
    await app.refusal(admin, 'extstars/app_delete', { app_id: APP });

    await app.call(admin, 'extstars/app_update', { app_id: APP, enabled: 0 });

    assert.deepEqual([(await check(app, token)).code, (await activate(app, code, 'x')).code], [101, 101]);
  });

  it('makes codes of 90 random bits in groups', async () => {
    await buildApp(app);
    const made = await app.call<{ batch: string; quantity: number }>(admin, 'extstars/code_generate', {
      app_id: APP,
      quantity: 2500,
    });

    const page = await app.call<{ total: number; list: { code: string; destination: string }[] }>(
      admin,
      'extstars/code_get_list',
      { batch: made.batch, per_page: 500 },
    );

    assert.deepEqual([made.quantity, page.total], [2500, 2500]);
    assert.ok(page.list.every(({ code }) => /^([2-9A-HJ-NP-Z]{4}-){4}[2-9A-HJ-NP-Z]{2}$/.test(code)));
    for (const wrong of [
      { quantity: 0 },
      { quantity: 1_000_001 },
      { app_id: 99 },
      { starts_at: '2030-01-02', expires_at: '2030-01-01' },
    ])
      await app.refusal(admin, 'extstars/code_generate', { app_id: APP, ...wrong });
  });

  it('takes in codes that people hold, to the letter and once', async () => {
    await buildApp(app);
    const taken = (codes: unknown) =>
      app.call<{ imported: number; skipped: number }>(admin, 'extstars/code_import', { app_id: APP, codes });

    const first = await taken(['old-1', 'old-2', ' OLD-1 ', '']);
    const second = await taken('old-2\r\nold-3\n');

    assert.deepEqual([first.imported, second.imported, second.skipped], [2, 1, 1]);
    const { list } = await app.call<{ list: { code: string }[] }>(admin, 'extstars/code_get_list', { code: 'OLD-3' });
    assert.deepEqual(
      list.map(({ code }) => code),
      ['old-3'],
    );
    await buildClient(app, { email: 'a@example.com' });
    assert.equal((await activate(app, 'oLD-2', 'd', { email: 'a@example.com' })).code, 100);
  });

  it('imports the same list once when two do so at once', async () => {
    await buildApp(app);
    const codes = Array.from({ length: 50 }, (_, index) => `both-${index}`);

    const answers = await Promise.all(
      [1, 2, 3].map(() => app.call<{ imported: number }>(admin, 'extstars/code_import', { app_id: APP, codes })),
    );

    assert.equal(
      answers.reduce((sum, { imported }) => sum + imported, 0),
      50,
    );
  });

  it('exports a batch', async () => {
    await buildApp(app);
    const { code } = await buildCode(app, { destination: '=cmd()' });

    const answer = await app
      .request('post', '/api/admin/extstars/code_export')
      .auth('admin', admin.token ?? '')
      .send({ app_id: APP });

    assert.match(answer.text, new RegExp(`${code},31,'=cmd\\(\\)`));
  });

  it('needs rights, and shows nothing to clients and guests', async () => {
    await buildApp(app);
    const { caller } = await buildStaff(app, {
      permissions: { 'extstars-accounts': { access: true, manage_codes: true } },
    });
    const someone = asClient(await tokenOf(app, await buildClient(app)));

    assert.equal((await app.refusal(someone, 'extstars/app_get', { app_id: APP })).status, 404);
    assert.equal((await app.refusal(guest, 'extstars/app_get', { app_id: APP })).status, 404);
    assert.equal((await app.refusal(staff('nobody'), 'extstars/app_get', { app_id: APP })).status, 401);
    assert.match((await app.refusal(caller, 'extstars/app_get', { app_id: APP })).message, /manage_apps/);
    assert.ok(await app.call(caller, 'extstars/code_get_list'));
  });
});

describe('extstars: installing and removing the module', () => {
  const app = useApp();

  it('answers nothing before, works after, and comes back with its data', async () => {
    assert.equal((await app.request('post', '/api/v2/order/check').send({})).status, 400);
    await app.call(admin, 'extension/activate', { type: 'mod', id: 'extstars-accounts' });
    await buildApp(app);
    const { code } = await buildCode(app);

    await app.call(admin, 'extension/deactivate', { type: 'mod', id: 'extstars-accounts' });
    assert.equal((await app.request('post', '/api/v1/simple/code/active').send({})).status, 400);
    await app.call(admin, 'extension/activate', { type: 'mod', id: 'extstars-accounts' });

    assert.equal((await activate(app, code)).code, 100);
    await app.call(admin, 'extension/deactivate', { type: 'mod', id: 'extstars-accounts' });
    await app.call(admin, 'extension/uninstall', { type: 'mod', id: 'extstars-accounts' });
    assert.equal((await app.request('post', '/api/v1/simple/code/active').send({})).status, 400);
  });
});
