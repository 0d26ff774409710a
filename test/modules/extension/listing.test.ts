import assert from 'node:assert/strict';
import { extension } from '#modules/extension/index';
import { system } from '#modules/system/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';
import { notes, readers } from '../../support/notes.ts';

interface Row {
  id: string;
  status: string | null;
  version: string;
}

describe('extension: what there is', () => {
  const app = useApp({ modules: [keepers, system, extension, notes, readers] });
  const ids = async (filter: object): Promise<string[]> =>
    (await app.call<Row[]>(admin, 'extension/get_list', filter)).map(({ id }) => id);
  const activate = () => app.call(admin, 'extension/activate', { id: 'notes', type: 'mod' });

  it('lists what is installed and what could be', async () => {
    await app.call(admin, 'extension/activate', { id: 'notes', type: 'mod' });

    assert.deepEqual(await ids({}), ['notes', 'readers']);
  });

  it('describes an inactive module', async () => {
    const [row] = await app.call<object[]>(admin, 'extension/get_list', { search: 'note' });

    assert.deepEqual(row, {
      id: 'notes',
      type: 'mod',
      name: 'Note Keeper',
      description: 'Keeps notes.',
      homepage_url: `${app.app.config.baseUrl}docs`,
      author: 'Tollkeeper',
      author_url: app.app.config.baseUrl,
      license: 'Apache-2.0',
      version: '2.1.0',
      icon_url: `${app.app.config.baseUrl}assets/icons/cog.svg`,
      icon_path: 'mod_Notes_icon.svg',
      download_url: null,
      project_url: `${app.app.config.baseUrl}docs`,
      minimum_fossbilling_version: null,
      maximum_fossbilling_version: null,
      status: null,
      has_settings: true,
      has_settings_routes: false,
      settings_routes: [],
    });
  });

  it('names an icon that exists', async () => {
    const [row] = await app.call<{ icon_url: string }[]>(admin, 'extension/get_list', { search: 'note' });

    await app.request('get', new URL(row?.icon_url ?? '').pathname).expect(200);
  });

  it('adds the essential ones when it is asked for the active', async () => {
    const rows = await app.call<Row[]>(admin, 'extension/get_list', { active: 1 });

    assert.deepEqual(
      rows.map(({ id, status }) => [id, status]),
      [
        ['extension', 'core'],
        ['keepers', 'core'],
        ['system', 'core'],
      ],
    );
  });

  it('lists only installed ones when asked', async () => {
    await activate();

    assert.deepEqual(await ids({ installed: 1 }), ['notes']);
  });

  it('looks for an installed one in its title and in its name', async () => {
    await activate();

    assert.deepEqual(await ids({ search: 'keeper' }), []);
    assert.deepEqual(await ids({ search: 'NOTE' }), ['notes']);
  });

  it('keeps those with settings', async () => {
    assert.deepEqual(await ids({ active: 1, has_settings: 1 }), ['system']);
  });

  it('restricts only what is installed by type', async () => {
    await activate();

    assert.deepEqual(await ids({ type: 'theme' }), ['readers']);
  });

  it('knows nothing of a public directory', async () => {
    assert.deepEqual(await app.call(admin, 'extension/get_latest'), []);
  });

  it('makes the menu of what the caller may open', async () => {
    await activate();

    const menu = await app.call<Record<string, object>>(admin, 'extension/get_navigation', { url: '/admin' });

    assert.deepEqual(Object.keys(menu), ['system', 'notes', 'extension']);
    assert.deepEqual(menu['notes'], {
      label: 'Note Keeper',
      uri: '/admin/notes',
      index: 10,
      class: 'notes',
      active: false,
      subpages: [
        { label: 'Notes', uri: '/admin/notes', index: 10, class: '', active: false },
        { label: 'Archive', uri: '/admin/notes/archive', index: 20, class: '', active: false },
      ],
    });
  });

  it('says in words what the entries of the menu are', async () => {
    const menu = await app.call<Record<string, { subpages: { label: string }[] }>>(admin, 'extension/get_navigation');

    assert.deepEqual(
      menu['system']?.subpages.map(({ label }) => label),
      ['Settings', 'Company'],
    );
  });

  it('leaves out of the menu what the caller may not open', async () => {
    await activate();

    const stranger = await app.call(keeperOf({ extension: [] }), 'extension/get_navigation');
    const visitor = await app.call<{ notes: { uri: string } }>(
      keeperOf({ extension: [], notes: [] }),
      'extension/get_navigation',
    );

    assert.deepEqual(stranger, []);
    assert.equal(visitor.notes.uri, '/admin/notes/archive');
  });

  it('leaves out of the menu what is not active', async () => {
    const menu = await app.call<object>(admin, 'extension/get_navigation');

    assert.equal(Object.hasOwn(menu, 'notes'), false);
  });

  it('tells guests whether a module is on', async () => {
    await activate();

    const isOn = (params: object) => app.call(guest, 'extension/is_on', params);
    assert.equal(await isOn({ mod: 'notes' }), true);
    assert.equal(await isOn({ mod: 'system' }), true);
    assert.equal(await isOn({ mod: 'readers' }), false);
    assert.equal(await isOn({ mod: 'news' }), false);
    assert.equal(await isOn({ id: 'notes', type: 'mod' }), true);
    assert.equal(await isOn({ id: 'notes', type: 'theme' }), false);
    assert.equal(await isOn({}), true);
  });

  it('refuses the list to who may not see it', async () => {
    const error = await app.refusal(keeperOf({ extension: [] }), 'extension/get_list');

    assert.equal(error.message, 'You need the "extension.view" permission to perform this action');
  });
});

describe('extension: languages', () => {
  const app = useApp({ modules: [keepers, system, extension] });

  it('begins with English', async () => {
    assert.deepEqual(await app.call(guest, 'extension/languages'), ['en_US']);
  });

  it('gives details when they are asked for', async () => {
    const english = { locale: 'en_US', title: 'English (United States)', name: 'English (United States)' };

    assert.deepEqual(await app.call(guest, 'extension/languages', { deep: true }), [english]);
    assert.deepEqual(await app.call(admin, 'extension/languages'), [english]);
    assert.deepEqual(await app.call(admin, 'extension/languages', { details: false }), ['en_US']);
  });

  it('enables a language and disables it again', async () => {
    assert.equal(await app.call(admin, 'extension/toggle_language', { locale_id: 'zh_CN' }), true);
    assert.deepEqual(await app.call(guest, 'extension/languages'), ['en_US', 'zh_CN']);

    await app.call(admin, 'extension/toggle_language', { locale_id: 'zh_CN' });

    assert.deepEqual(await app.call(guest, 'extension/languages'), ['en_US']);
    assert.deepEqual(await app.call(admin, 'extension/languages', { details: 0, disabled: 1 }), ['zh_CN']);
  });

  it('knows how complete a language is', async () => {
    const completion = (locale_id: string) => app.call(admin, 'extension/locale_completion', { locale_id });

    assert.equal(await completion('en_US'), 100);
    assert.equal(await completion('xx_XX'), 0);
    assert.equal(await completion('constructor'), 0);
  });

  for (const locale_id of ['xx_XX', '../en_US', '__proto__']) {
    it(`refuses to enable ${locale_id}`, async () => {
      const error = await app.refusal(admin, 'extension/toggle_language', { locale_id });

      assert.match(error.message, /^Unable to enable/);
    });
  }
});
