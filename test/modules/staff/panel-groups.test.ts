import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildStaff, buildStaffGroup } from '../../support/build/staff.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/staff/groups';
const MANAGER = { staff: { access: true, manage_groups: true, view: true } };

describe('staff groups in the panel', () => {
  const app = useApp({ modules: panelModules });
  const groupOf = (id: number) =>
    app.call<{ name: string; parent_id: number; permissions: unknown }>(admin, 'staff/group_get', { id });

  it('are made, and grant what is ticked', async () => {
    const panel = await openPanel(app);

    await panel.submit(PATH, PATH, { name: 'Night shift', parent_id: '1' });
    const id = Number(/groups\/(\d+)">[^<]*Night shift/.exec((await panel.get(PATH)).text)?.[1]);
    await panel.submit(`${PATH}/${id}`, `${PATH}/${id}`, {
      name: 'Night shift',
      parent_id: '1',
      'permissions[_submitted]': '1',
      'permissions[client][access]': '1',
      'permissions[client][view]': '1',
    });
    const { text } = await panel.get(`${PATH}/${id}`);

    assert.deepEqual((await groupOf(id)).permissions, { client: { access: '1', view: '1' } });
    assert.match(text, /name="permissions\[client\]\[view\]" value="1" checked/);
    assert.doesNotMatch(text, /name="permissions\[staff\]\[view\]" value="1" checked/);
  });

  it('grant nothing when nothing is ticked', async () => {
    const id = await buildStaffGroup(app, { client: { access: true } });
    const panel = await openPanel(app);

    await panel.submit(`${PATH}/${id}`, `${PATH}/${id}`, {
      name: 'Bare',
      parent_id: '1',
      'permissions[_submitted]': '1',
    });

    assert.deepEqual((await groupOf(id)).permissions, []);
  });

  it('are removed only when they are empty', async () => {
    const [empty, { groupId }] = [await buildStaffGroup(app), await buildStaff(app)];
    const panel = await openPanel(app);

    const gone = await panel.submit(`${PATH}/${empty}`, `${PATH}/${empty}/delete`);
    const kept = await panel.submit(`${PATH}/${groupId}`, `${PATH}/${groupId}/delete`);

    assert.equal(gone.headers['location'], PATH);
    assert.equal(kept.status, 409);
    assert.match(kept.text, /Cannot remove group which has staff members/);
  });

  it('cannot be put below themselves', async () => {
    const id = await buildStaffGroup(app);
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(`${PATH}/${id}`, `${PATH}/${id}`, {
      name: 'Loop',
      parent_id: String(id),
    });

    assert.equal(status, 409);
    assert.match(text, /A group cannot be its own parent/);
    assert.equal((await groupOf(id)).parent_id, 1);
  });

  it('are changed by super administrators only, on the page as by the API', async () => {
    const id = await buildStaffGroup(app);
    const manager = await openLimited(app, MANAGER);

    const { text } = await manager.get(`${PATH}/${id}`);
    const made = await manager.submit(PATH, PATH, { name: 'Mine', parent_id: '1' });
    const granted = await manager.submit(`${PATH}/${id}`, `${PATH}/${id}`, { 'permissions[staff][access]': '1' });

    assert.match(text, /<fieldset class="mb-3" disabled>/);
    assert.deepEqual([made.status, granted.status], [403, 403]);
    assert.deepEqual((await groupOf(id)).permissions, []);
  });

  it('of super administrators cannot be weakened', async () => {
    const panel = await openPanel(app);

    const { status } = await panel.submit(`${PATH}/1`, `${PATH}/1`, { name: 'Nobody', 'permissions[_submitted]': '1' });

    assert.equal(status, 409);
    assert.match((await panel.get(`${PATH}/1`)).text, /may do everything/);
  });

  it('are for those who manage them', () => checkGuarded(app, PATH, MANAGER));
});
