import assert from 'node:assert/strict';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildWorkshop } from '../../support/build/workshop.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/cron';

describe('scheduled jobs in the panel', () => {
  const workshop = buildWorkshop({ credit: { order: 10 } });
  const app = useApp({ modules: [...panelModules, workshop.module] });
  const job = `${workshop.module.name}.credit`;
  beforeEach(() => {
    workshop.done.length = 0;
    workshop.failing.clear();
  });

  it('are listed with what came of them', async () => {
    const panel = await openPanel(app);

    const before = await panel.get(PATH);
    const { status, headers } = await panel.submit(PATH, `${PATH}/run/${job}`);
    const after = await panel.get(PATH);

    assert.match(before.text, new RegExp(`id="job-${job}"`));
    assert.deepEqual([status, headers['location']], [303, PATH]);
    assert.deepEqual(workshop.done, ['credit']);
    assert.match(rowOf(before.text, job), /Never ran/);
    assert.match(rowOf(after.text, job), /Done/);
  });

  it('tell why one failed', async () => {
    workshop.failing.add('credit');
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(PATH, `${PATH}/run/${job}`);

    assert.equal(status, 409);
    assert.match(rowOf(text, job), /Failed/);
  });

  it('are run by nobody who may only look', async () => {
    const reader = await openLimited(app, { cron: { access: true, view: true } });

    const { text } = await reader.get(PATH);
    const { status } = await reader.submit(PATH, `${PATH}/run/${job}`);

    assert.doesNotMatch(text, /Run now|cron_hash/);
    assert.equal(status, 403);
    assert.deepEqual(workshop.done, []);
  });

  it('are run from outside once that is allowed, by the address the page tells', async () => {
    const panel = await openPanel(app);

    await panel.submit(PATH, `${PATH}/outside`, { guest_cron: '1' });
    const { text } = await panel.get(PATH);
    const hash = /cron\/run\?hash=([0-9a-f]+)/.exec(text)?.[1];

    assert.equal(await app.call(guest, 'cron/run', { hash }), true);
    await panel.submit(PATH, `${PATH}/hash`);
    assert.equal((await app.refusal(guest, 'cron/run', { hash })).status, 403);
    assert.ok(await app.call(admin, 'cron/info'));
  });

  it('are for staff who may see them', () => checkGuarded(app, PATH, { cron: { access: true, view: true } }));
});

const rowOf = (page: string, id: string): string => page.split(`id="job-${id}"`)[1]?.split('</tr>')[0] ?? '';
