import assert from 'node:assert/strict';
import { join } from 'node:path';
import { admin, useApp } from '../../support/app.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/extension';

describe('extensions in the panel', () => {
  const app = useApp({ modules: panelModules });
  const isOn = (name: string): boolean => app.app.catalog.isActive(name);

  it('are installed', async () => {
    const panel = await openPanel(app);

    const { status, headers } = await panel.submit(PATH, `${PATH}/activate/notification`);

    assert.deepEqual([status, headers['location']], [303, PATH]);
    assert.equal(isOn('notification'), true);
  });

  it('tell what would be dropped and where the backup goes, and change nothing by that', async () => {
    const panel = await openPanel(app);
    await panel.submit(PATH, `${PATH}/activate/notification`);
    for (const message of ['one', 'two']) await app.call(admin, 'notification/add', { message });

    const { text } = await panel.get(`${PATH}/remove/notification`);

    assert.match(text, /<td><code>notification<\/code><\/td><td class="text-end">2<\/td>/);
    assert.ok(text.includes(join(app.app.config.dataDir, 'backups', 'notification-')));
    assert.equal(isOn('notification'), true);
  });

  it('are deactivated with their rows in a backup, which the next activation brings back', async () => {
    const panel = await openPanel(app);
    await panel.submit(PATH, `${PATH}/activate/notification`);
    await app.call(admin, 'notification/add', { message: 'kept' });

    await panel.submit(`${PATH}/remove/notification`, `${PATH}/remove/notification/deactivate`);
    const isOff = !isOn('notification');
    const hasTable = await app.app.database.knex.schema.hasTable('notification');
    await panel.submit(PATH, `${PATH}/activate/notification`);

    assert.deepEqual([isOff, hasTable], [true, false]);
    const { list } = await app.call<{ list: object[] }>(admin, 'notification/get_list');
    assert.equal(list.length, 1);
  });

  it('are deactivated and keep their tables when asked', async () => {
    const panel = await openPanel(app);
    await panel.submit(PATH, `${PATH}/activate/notification`);

    await panel.submit(`${PATH}/remove/notification`, `${PATH}/remove/notification/deactivate`, { keep_data: '1' });

    assert.equal(isOn('notification'), false);
    assert.equal(await app.app.database.knex.schema.hasTable('notification'), true);
  });

  it('are uninstalled and begin empty the next time', async () => {
    const panel = await openPanel(app);
    await panel.submit(PATH, `${PATH}/activate/notification`);
    await app.call(admin, 'notification/add', { message: 'gone' });
    await panel.submit(PATH, `${PATH}/remove/notification/deactivate`, { keep_data: '1' });

    await panel.submit(`${PATH}/remove/notification`, `${PATH}/remove/notification/uninstall`);
    await panel.submit(PATH, `${PATH}/activate/notification`);

    assert.deepEqual((await app.call<{ list: object[] }>(admin, 'notification/get_list')).list, []);
  });

  it('that are part of the engine stay', async () => {
    const panel = await openPanel(app);

    const { text } = await panel.get(`${PATH}/remove/staff`);
    const { status } = await panel.submit(PATH, `${PATH}/remove/staff/uninstall`);

    assert.doesNotMatch(text, /staff\/deactivate|staff\/uninstall/);
    assert.equal(status, 409);
    assert.equal(isOn('staff'), true);
  });

  it('are neither installed nor removed by who may only look', async () => {
    const reader = await openLimited(app, { extension: { access: true, view: true } });

    const { text } = await reader.get(PATH);

    assert.doesNotMatch(text, /extension\/activate|extension\/remove/);
    for (const form of ['activate/notification', 'remove/notification/deactivate', 'remove/notification/uninstall'])
      assert.equal((await reader.submit(PATH, `${PATH}/${form}`)).status, 403, form);
  });

  it('that do not exist are not found', async () => {
    const panel = await openPanel(app);

    assert.equal((await panel.get(`${PATH}/remove/nothing`)).status, 404);
    assert.equal((await panel.get(`${PATH}/settings/nothing`)).status, 404);
    assert.equal((await panel.get(`${PATH}/settings/notification`)).status, 404);
  });

  it('are for staff who may see them', () => checkGuarded(app, PATH, { extension: { access: true, view: true } }));
});
