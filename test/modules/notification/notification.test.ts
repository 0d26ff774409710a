import assert from 'node:assert/strict';
import { extension } from '#modules/extension/index';
import { notification } from '#modules/notification/index';
import { system } from '#modules/system/index';
import { admin, useApp } from '../../support/app.ts';
import { keeperOf, keepers } from '../../support/keepers.ts';

interface Note {
  readonly id: number;
  readonly meta_value: string;
  readonly [field: string]: unknown;
}

const small = [keepers, system, extension, notification];

describe('notification', () => {
  const app = useApp({ modules: small, install: ['notification'] });
  const add = (message: string): Promise<number> => app.call(admin, 'notification/add', { message });
  const texts = async (filter: object): Promise<string[]> =>
    (await app.call<{ list: Note[] }>(admin, 'notification/get_list', filter)).list.map((note) => note.meta_value);

  it('keeps a message escaped', async () => {
    const id = await add(`Read <b>this</b> & "that's it"`);

    const note = await app.call<Note>(admin, 'notification/get', { id });

    assert.deepEqual(note, {
      id,
      client_id: null,
      extension: 'mod_notification',
      rel_type: 'staff',
      rel_id: '1',
      meta_key: 'message',
      meta_value: 'Read &lt;b&gt;this&lt;/b&gt; &amp; &quot;that&#039;s it&quot;',
      created_at: note['created_at'],
      updated_at: note['created_at'],
    });
  });

  it('lists the newest first', async () => {
    await add('one');
    await add('two');

    assert.deepEqual(await texts({}), ['two', 'one']);
  });

  it('finds by id, words and day', async () => {
    const id = await add('one & only');
    await add('two');

    assert.deepEqual(await texts({ id }), ['one &amp; only']);
    assert.deepEqual(await texts({ search: '& ONLY' }), ['one &amp; only']);
    assert.deepEqual(await texts({ search: 'absent' }), []);
    assert.deepEqual(await texts({ date_from: '2001-01-01', date_to: '2001-12-31' }), []);
    assert.deepEqual(await texts({ id: 'abc' }), []);
  });

  it('says false to no message', async () => {
    assert.equal(await app.call(admin, 'notification/add'), false);
  });

  it('removes one, and all', async () => {
    const id = await add('one');
    await add('two');

    await app.call(admin, 'notification/delete', { id });
    assert.deepEqual(await texts({}), ['two']);

    await app.call(admin, 'notification/delete_all');
    assert.deepEqual(await texts({}), []);
  });

  it('does not know what is not there', async () => {
    for (const call of ['get', 'delete']) {
      const unknown = await app.refusal(admin, `notification/${call}`, { id: 99_999 });
      const unnamed = await app.refusal(admin, `notification/${call}`);

      assert.deepEqual(unknown, { message: 'Notification message was not found', code: 9999, status: 200 });
      assert.deepEqual(unnamed, { message: 'Notification ID was not passed', code: 9999, status: 200 });
    }
  });

  it('is closed to others', async () => {
    const reader = keeperOf({ notification: ['view'] });

    assert.equal((await app.refusal({ role: 'admin' }, 'notification/get_list')).status, 401);
    assert.equal((await app.refusal(keeperOf({}), 'notification/get_list')).code, 725);
    assert.equal((await app.refusal(reader, 'notification/add', { message: 'x' })).code, 403);
    assert.equal((await app.refusal(reader, 'notification/delete_all')).code, 403);
  });
});

describe('notification: as an optional module', () => {
  const app = useApp({ modules: small });
  const turn = (how: 'activate' | 'deactivate') =>
    app.call(admin, `extension/${how}`, { type: 'mod', id: 'notification' });

  it('is not active by itself', async () => {
    assert.equal((await app.refusal(admin, 'notification/get_list')).code, 715);
  });

  it('brings its messages back after a pause', async () => {
    await turn('activate');
    const id = await app.call(admin, 'notification/add', { message: 'Keep me' });

    await turn('deactivate');
    await turn('activate');

    assert.equal((await app.call<Note>(admin, 'notification/get', { id })).meta_value, 'Keep me');
  });
});
