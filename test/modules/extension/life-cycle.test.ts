import assert from 'node:assert/strict';
import { extension } from '#modules/extension/index';
import { system } from '#modules/system/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';
import { notes, readers } from '../../support/notes.ts';

const NOTES = { id: 'notes', type: 'mod' };
const READERS = { id: 'readers', type: 'mod' };

describe('admin/extension: the life of a module', () => {
  const app = useApp({ modules: [keepers, system, extension, notes, readers] });
  const activate = () => app.call(admin, 'extension/activate', NOTES);
  const keep = (text: string) => app.call(admin, 'notes/add', { text });
  const list = () => app.call<string[]>(admin, 'notes/list');

  it('activates a module and tells where to go from there', async () => {
    const answer = await activate();

    assert.deepEqual(answer, { id: 'notes', type: 'mod', redirect: true, has_settings: true });
    assert.deepEqual(await list(), []);
  });

  it('activates an active module again without a change', async () => {
    await activate();
    await keep('stays');

    await activate();

    assert.deepEqual(await list(), ['stays']);
  });

  it('answers calls of a module that is not active with 715', async () => {
    const error = await app.refusal(admin, 'notes/list');

    assert.equal(error.code, 715);
  });

  it('drops the tables of a deactivated module', async () => {
    await activate();

    assert.equal(await app.call(admin, 'extension/deactivate', NOTES), true);

    assert.equal(await app.app.database.knex.schema.hasTable('note'), false);
    assert.equal(await app.call(guest, 'extension/is_on', { mod: 'notes' }), false);
  });

  it('brings the rows back at the next activation', async () => {
    await activate();
    await keep('first');
    await keep('zweite Notiz 日本');
    await app.call(admin, 'extension/deactivate', NOTES);

    await activate();

    assert.deepEqual(await list(), ['first', 'zweite Notiz 日本']);
  });

  it('leaves the tables alone with keep_data', async () => {
    await activate();
    await keep('kept');

    await app.call(admin, 'extension/deactivate', { ...NOTES, keep_data: true });

    assert.equal(await app.app.database.knex.schema.hasTable('note'), true);
    await activate();
    assert.deepEqual(await list(), ['kept']);
  });

  it('begins empty after an uninstallation', async () => {
    await activate();
    await keep('gone');
    await app.call(admin, 'extension/deactivate', NOTES);

    assert.equal(await app.call(admin, 'extension/uninstall', NOTES), true);

    await activate();
    assert.deepEqual(await list(), []);
  });

  it('drops the kept tables of an uninstalled module', async () => {
    await activate();
    await app.call(admin, 'extension/deactivate', { ...NOTES, keep_data: true });

    await app.call(admin, 'extension/uninstall', NOTES);

    assert.equal(await app.app.database.knex.schema.hasTable('note'), false);
  });

  it('brings the rows back when a process died before all tables were dropped', async () => {
    await activate();
    await keep('once');
    await app.call(admin, 'extension/deactivate', NOTES);
    const { knex } = app.app.database;
    await notes.migrations[0]?.up(knex);
    await knex('migration').insert({ owner: 'notes', name: '001_create_note', state: 'done', ran_at: app.clock.now() });
    await knex('note').insert({ id: 1, text: 'once' });

    await activate();

    assert.deepEqual(await list(), ['once']);
  });

  it('loses nothing when two deactivate at once', async () => {
    await activate();
    await keep('safe');

    const results = await Promise.allSettled([1, 2, 3].map(() => app.call(admin, 'extension/deactivate', NOTES)));

    assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
    await activate();
    assert.deepEqual(await list(), ['safe']);
  });

  it('restores once when two activate at once', async () => {
    await activate();
    await keep('one');
    await app.call(admin, 'extension/deactivate', NOTES);

    await Promise.all([activate(), activate()]);

    assert.deepEqual(await list(), ['one']);
  });

  it('writes the activity log', async () => {
    await activate();
    await app.call(admin, 'extension/deactivate', NOTES);
    await app.call(admin, 'extension/uninstall', NOTES);

    const lines = await app.app.database.knex<{ message: string }>('activity_system').orderBy('id');
    assert.deepEqual(
      lines.map(({ message }) => message),
      ['Activated extension "notes"', 'Deactivated extension "notes"', 'Uninstalled extension "notes"'],
    );
  });

  it('refuses to activate what needs an inactive module', async () => {
    const error = await app.refusal(admin, 'extension/activate', READERS);

    assert.equal(error.message, 'Module readers needs notes, which is not active.');
  });

  it('refuses to deactivate what an active module needs', async () => {
    await activate();
    await app.call(admin, 'extension/activate', READERS);

    const error = await app.refusal(admin, 'extension/deactivate', NOTES);

    assert.equal(error.message, 'Module notes is used by readers.');
  });

  for (const [what, call, params, code, message] of [
    ['an unknown module', 'activate', { id: 'news', type: 'mod' }, 5897, 'Missing manifest file for the news module.'],
    [
      'a path instead of a name',
      'activate',
      { id: '../../etc', type: 'mod' },
      5897,
      'Missing manifest file for the ../../etc module.',
    ],
    [
      'a name of the language',
      'activate',
      { id: '__proto__', type: 'mod' },
      5897,
      'Missing manifest file for the __proto__ module.',
    ],
    [
      'an essential module',
      'activate',
      { id: 'system', type: 'mod' },
      9999,
      'FOSSBilling core modules cannot be installed or removed',
    ],
    ['another kind of extension', 'activate', { id: 'huraga', type: 'theme' }, 9999, 'Extension not found'],
    ['nothing', 'activate', { type: 'mod' }, 9999, 'Extension ID was not passed'],
    ['no type', 'activate', { id: 'notes' }, 9999, 'Extension type was not passed'],
    ['an essential module', 'deactivate', { id: 'system', type: 'mod' }, 9999, 'Extension not found'],
    ['what is not active', 'deactivate', NOTES, 9999, 'Extension not found'],
    ['nothing', 'deactivate', {}, 9999, 'Extension not found'],
    [
      'an essential module',
      'uninstall',
      { id: 'system', type: 'mod' },
      9999,
      'Core modules are an integral part of the FOSSBilling system and cannot be uninstalled.',
    ],
    ['a path', 'uninstall', { id: 'bad/../id', type: 'mod' }, 9999, 'Extension ID contains invalid characters.'],
    [
      'an unknown kind',
      'uninstall',
      { id: 'x', type: 'hook' },
      9999,
      'Extension type (hook) is not supported for automatic path determination.',
    ],
    [
      'an unknown module',
      'uninstall',
      { id: 'news', type: 'mod' },
      9999,
      'Could not find the extension files in the supposed path. Please remove them from the disk manually.',
    ],
    ['what is there', 'install', NOTES, 436, 'Extension notes seems to be already installed.'],
    [
      'what is elsewhere',
      'install',
      { id: 'news', type: 'mod' },
      9999,
      "Couldn't find a valid download URL for the extension.",
    ],
    ['what is not active', 'update', NOTES, 9999, 'Extension not found'],
    [
      'a readme',
      'get_extension_readme',
      { extension_id: 'news' },
      746,
      'Unable to fetch the extension details from the FOSSBilling extension directory.',
    ],
  ] as const) {
    it(`refuses to ${call} ${what}`, async () => {
      const error = await app.refusal(admin, `extension/${call}`, params);

      assert.deepEqual(error, { code, message, status: 200 });
    });
  }

  it('refuses to uninstall an active module', async () => {
    await activate();

    const error = await app.refusal(admin, 'extension/uninstall', NOTES);

    assert.equal(error.message, 'Cannot uninstall an active module. Please deactivate it first.');
  });

  it('sends who would update one module to the directory', async () => {
    await activate();

    const error = await app.refusal(admin, 'extension/update', NOTES);

    assert.equal(error.code, 252);
  });

  for (const [call, key] of [
    ['activate', 'manage_extensions'],
    ['deactivate', 'manage_extensions'],
    ['uninstall', 'uninstall_extensions'],
  ] as const) {
    it(`needs ${key} to ${call}`, async () => {
      const error = await app.refusal(keeperOf({ extension: ['view'] }), `extension/${call}`, NOTES);

      assert.deepEqual([error.code, error.status], [403, 403]);
      assert.match(error.message, new RegExp(`extension.${key}`));
    });
  }

  it('refuses who is not signed in', async () => {
    const error = await app.refusal({ role: 'admin' }, 'extension/deactivate', NOTES);

    assert.equal(error.code, 201);
  });
});
