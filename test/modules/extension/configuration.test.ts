import assert from 'node:assert/strict';
import { extension } from '#modules/extension/index';
import { system } from '#modules/system/index';
import { admin, guest, useApp } from '../../support/app.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';
import { notes } from '../../support/notes.ts';

describe('extension: configurations', () => {
  const app = useApp({ modules: [keepers, system, extension, notes], install: ['notes'] });
  const get = (ext: string, who = admin) => app.call<object>(who, 'extension/config_get', { ext });
  const save = (config: object, who = admin) => app.call(who, 'extension/config_save', config);

  it('begins with the name alone', async () => {
    assert.deepEqual(await get('mod_notes'), { ext: 'mod_notes' });
  });

  it('keeps what is sent as it is sent', async () => {
    const config = { ext: 'mod_notes', on: '1', deep: { a: [1, '2'] }, text: '<b>Ω</b> {{7*7}}' };

    assert.equal(await save(config), true);

    assert.deepEqual(await get('mod_notes'), config);
  });

  it('replaces the whole', async () => {
    await save({ ext: 'mod_notes', one: '1' });

    await save({ ext: 'mod_notes', two: '2' });

    assert.deepEqual(await get('mod_notes'), { ext: 'mod_notes', two: '2' });
  });

  it('keeps it sealed', async () => {
    await save({ ext: 'mod_notes', secret: 's3cret' });

    const row = await app.app.database.knex('setting').where({ owner: 'mod_notes' }).first('value');
    assert.doesNotMatch(String(row?.value), /s3cret/);
  });

  it('shows guests the public part and nothing else', async () => {
    await save({ ext: 'mod_notes', secret: 'x', public: { color: 'red' } });

    assert.deepEqual(await app.call(guest, 'extension/settings', { ext: 'mod_notes' }), { color: 'red' });
  });

  it('shows guests nothing where nothing is public', async () => {
    await save({ ext: 'mod_notes', public: 'not a map' });

    for (const ext of ['mod_notes', 'mod_none', 'no such/name', '__proto__'])
      assert.deepEqual(await app.call(guest, 'extension/settings', { ext }), []);
  });

  it('keeps configurations under any name', async () => {
    await save({ ext: 'my-shop', color: 'blue' });

    assert.deepEqual(await get('my-shop'), { ext: 'my-shop', color: 'blue' });
  });

  it('does not mix the configuration of the system with its parameters', async () => {
    await save({ ext: 'system', default_country: 'FI' });

    const params = await app.call<object>(admin, 'system/get_params');
    assert.equal('config' in params, false);
    assert.deepEqual(await get('system'), { ext: 'system', default_country: 'FI' });
  });

  it('lets who manages the settings of a module read and write them', async () => {
    const keeper = keeperOf({ extension: [], notes: ['manage_settings'] });

    await save({ ext: 'mod_notes', color: 'green' }, keeper);

    assert.deepEqual(await get('mod_notes', keeper), { ext: 'mod_notes', color: 'green' });
  });

  for (const [who, keys, message] of [
    ['who may not enter it', {}, 'You do not have permission to access the notes module'],
    ['who does not manage it', { notes: ['view'] }, 'You do not have permission to perform this action'],
  ] as const) {
    for (const ext of ['mod_notes', 'notes', 'MOD_Notes']) {
      it(`refuses the settings of ${ext} to ${who}`, async () => {
        const keeper = keeperOf({ extension: ['view', 'manage_extensions'], ...keys });

        for (const call of ['config_get', 'config_save']) {
          const error = await app.refusal(keeper, `extension/${call}`, { ext });
          assert.deepEqual(error, { code: 403, status: 403, message });
        }
      });
    }
  }

  it('refuses settings that a module does not declare, to everybody', async () => {
    const error = await app.refusal(admin, 'extension/config_save', { ext: 'mod_extension', languages: [] });

    assert.equal(error.message, 'You do not have permission to perform this action');
  });

  for (const ext of ['mod_clïent', 'mod_notes ', 'mod_notes\n', 'a/b', 'x'.repeat(101)]) {
    it(`refuses ${JSON.stringify(ext.slice(0, 20))} as a name`, async () => {
      const error = await app.refusal(admin, 'extension/config_save', { ext });

      assert.equal(error.message, 'Extension ID contains invalid characters.');
    });
  }

  it('needs a name', async () => {
    assert.equal((await app.refusal(admin, 'extension/config_get')).message, 'Parameter "ext" was not passed');
    assert.equal((await app.refusal(admin, 'extension/config_save')).message, 'Parameter "ext" was not passed');
    assert.equal((await app.refusal(guest, 'extension/settings')).message, 'Parameter ext is missing');
  });

  it('survives two writers at once', async () => {
    await Promise.all([1, 2, 3, 4].map((number) => save({ ext: 'mod_notes', number })));

    const config = (await get('mod_notes')) as { number: number };
    assert.ok([1, 2, 3, 4].includes(config.number));
  });
});
