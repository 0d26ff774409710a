import assert from 'node:assert/strict';
import { admin, guest, useApp } from '../../support/app.ts';
import { buildStaff, buildStaffGroup, PASSWORD } from '../../support/build/staff.ts';
import { switchOn } from '../../support/build/two-factor.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/staff';
const KEEPER = {
  staff: {
    access: true,
    view: true,
    create_and_edit_staff: true,
    delete_staff: true,
    reset_staff_password: true,
    manage_groups: true,
  },
};

describe('staff in the panel', () => {
  const app = useApp({ modules: panelModules });
  const signIn = (email: string, password: string) =>
    app.call<{ id: number }>(guest, 'staff/login', { email, password });

  it('are made and can sign in', async () => {
    const groupId = await buildStaffGroup(app);
    const panel = await openPanel(app);

    const { status, headers } = await panel.submit(`${PATH}/new`, `${PATH}/new`, {
      name: 'Robin <b>',
      email: 'robin@example.com',
      group_id: String(groupId),
      password: PASSWORD,
      status: 'active',
    });

    assert.deepEqual([status, headers['location']], [303, PATH]);
    assert.ok((await signIn('robin@example.com', PASSWORD)).id);
    assert.match((await panel.get(`${PATH}?search=robin`)).text, /Robin &lt;b&gt;/);
  });

  it('are shown again with what is wrong, without the password', async () => {
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(`${PATH}/new`, `${PATH}/new`, {
      name: 'Robin',
      email: 'not an address',
      group_id: '1',
      password: PASSWORD,
    });

    assert.equal(status, 422);
    assert.match(text, /role="alert"/);
    assert.match(text, /value="not an address"/);
    assert.ok(!text.includes(PASSWORD));
  });

  it('are changed, get another password and are removed', async () => {
    const { id, email } = await buildStaff(app);
    const panel = await openPanel(app);
    const at = `${PATH}/manage/${id}`;

    await panel.submit(at, at, { name: 'Other', email, status: 'active', signature: 'Yours', timezone: '' });
    const changed = await app.call<{ name: string; signature: string }>(admin, 'staff/get', { id });
    await panel.submit(at, `${at}/password`, { password: 'Loud-Day-8', password_confirm: 'Loud-Day-8' });
    const after = await signIn(email, 'Loud-Day-8');
    const { headers } = await panel.submit(at, `${at}/delete`);

    assert.deepEqual([changed.name, changed.signature, after.id], ['Other', 'Yours', id]);
    assert.equal(headers['location'], PATH);
    assert.equal((await panel.get(at)).status, 404);
  });

  it('lose their API key', async () => {
    const { id, caller } = await buildStaff(app, { permissions: { staff: { access: true, view: true } } });
    const panel = await openPanel(app);
    await app.call(caller, 'profile/get');

    await panel.submit(`${PATH}/manage/${id}`, `${PATH}/manage/${id}/token`);

    assert.equal((await app.refusal(caller, 'profile/get')).status, 401);
  });

  it('join groups and leave them', async () => {
    const { id } = await buildStaff(app);
    const groupId = await buildStaffGroup(app);
    const panel = await openPanel(app);
    const at = `${PATH}/manage/${id}`;
    const groups = async (): Promise<number[]> =>
      (await app.call<{ id: number }[]>(admin, 'staff/admin_group_get_list', { admin_id: id })).map((one) => one.id);

    const joined = await panel.submit(at, `${at}/group`, { group_id: String(groupId) });
    const inGroup = await groups();
    await panel.submit(at, `${at}/group/${groupId}/leave`);

    assert.equal(joined.headers['location'], at);
    assert.ok(inGroup.includes(groupId));
    assert.ok(!(await groups()).includes(groupId));
  });

  it('of the same or a higher group are changed by nobody', async () => {
    const groupId = await buildStaffGroup(app, KEEPER);
    const keeper = await openLimited(app, KEEPER);
    const equal = await buildStaff(app, { groupId });

    for (const id of [1, equal.id]) {
      const at = `${PATH}/manage/${id}`;
      const saved = await keeper.submit(at, at, { name: 'Taken', email: 'taken@example.com', status: 'active' });
      const removed = await keeper.submit(at, `${at}/delete`);
      const keyless = await keeper.submit(at, `${at}/token`);

      assert.deepEqual([saved.status, removed.status, keyless.status], [409, 409, 409]);
      assert.match(saved.text, /You can only manage staff accounts in lower groups/);
      assert.notEqual((await app.call<{ name: string }>(admin, 'staff/get', { id })).name, 'Taken');
    }
  });

  it('lose their two-factor login to who may reset passwords', async () => {
    const { id, caller } = await buildStaff(app);
    await switchOn(app, caller);
    const keeper = await openLimited(app, KEEPER);
    const reader = await openLimited(app, { staff: { access: true, view: true } });
    const at = `${PATH}/manage/${id}`;

    const refused = await reader.submit(at, `${at}/two-factor`);
    const { text } = await reader.get(at);
    const unmanaged = await keeper.submit(at, `${at}/two-factor`);
    const { headers } = await (await openPanel(app)).submit(at, `${at}/two-factor`);

    assert.deepEqual([refused.status, unmanaged.status, headers['location']], [403, 409, at]);
    assert.doesNotMatch(text, /\/two-factor"/);
    assert.equal((await app.call<{ is_on: boolean }>(caller, 'profile/two_factor_get')).is_on, false);
    assert.doesNotMatch((await (await openPanel(app)).get(at)).text, /\/two-factor"/);
  });

  it('without the right see no form, and the form is refused as the API is', async () => {
    const { id } = await buildStaff(app);
    const reader = await openLimited(app, { staff: { access: true, view: true } });
    const at = `${PATH}/manage/${id}`;

    const { text } = await reader.get(at);

    assert.doesNotMatch(text, new RegExp(`action="${at}`));
    for (const path of [at, `${at}/delete`, `${at}/password`, `${at}/token`])
      assert.equal((await reader.submit(at, path, { password: 'x', password_confirm: 'x' })).status, 403, path);
  });

  it('are for those who may see them', () => checkGuarded(app, PATH, { staff: { access: true, view: true } }));
});

describe('the sign-ins of staff in the panel', () => {
  const app = useApp({ modules: panelModules });

  it('are listed and narrowed', async () => {
    const panel = await openPanel(app);

    const all = await panel.get(`${PATH}/logins`);
    const none = await panel.get(`${PATH}/logins?search=nobody`);

    assert.match(all.text, /href="\/admin\/staff\/manage\/1"/);
    assert.match(none.text, /There is nothing here/);
  });

  it('are for those who may see them', () =>
    checkGuarded(app, `${PATH}/logins`, { staff: { access: true, manage_settings: true } }));
});
