import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/notification';

describe('notifications in the panel', () => {
  const app = useApp({ modules: panelModules, install: ['notification'] });
  const messages = async (): Promise<string[]> =>
    (await app.call<{ list: { meta_value: string }[] }>(admin, 'notification/get_list')).list.map(
      ({ meta_value }) => meta_value,
    );

  it('are left, shown and removed', async () => {
    const panel = await openPanel(app);

    const added = await panel.submit(PATH, PATH, { message: 'Tea at four' });
    const shown = await panel.get(PATH);
    const id = /notification\/(\d+)\/delete/.exec(shown.text)?.[1];
    await panel.submit(PATH, `${PATH}/${id}/delete`);

    assert.deepEqual([added.status, added.headers['location']], [303, PATH]);
    assert.match(shown.text, /Tea at four/);
    assert.deepEqual(await messages(), []);
  });

  it('are all removed at once', async () => {
    const panel = await openPanel(app);
    for (const message of ['one', 'two']) await panel.submit(PATH, PATH, { message });

    await panel.submit(PATH, `${PATH}/clear`);

    assert.deepEqual(await messages(), []);
  });

  it('show what was written, escaped once', async () => {
    const panel = await openPanel(app);

    await panel.submit(PATH, PATH, { message: '<b>bold</b> & "plain"' });

    assert.match((await panel.get(PATH)).text, /&lt;b&gt;bold&lt;\/b&gt; &amp; &#34;plain&#34;/);
  });

  it('are not left empty', async () => {
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(PATH, PATH, { message: ' ' });

    assert.equal(status, 422);
    assert.match(text, /There is no message\./);
  });

  it('are not removed by who may only read', async () => {
    await app.call(admin, 'notification/add', { message: 'stays' });
    const reader = await openLimited(app, { notification: { access: true, view: true } });

    const { text } = await reader.get(PATH);
    const { status } = await reader.submit('/admin/notification', `${PATH}/clear`);

    assert.doesNotMatch(text, /notification\/clear/);
    assert.equal(status, 403);
    assert.deepEqual(await messages(), ['stays']);
  });

  it('are for staff who may see them', () => checkGuarded(app, PATH, { notification: { access: true, view: true } }));
});
