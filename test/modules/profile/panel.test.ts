import assert from 'node:assert/strict';
import { ADMIN, admin, staff, useApp } from '../../support/app.ts';
import { PASSWORD } from '../../support/build/staff.ts';
import { hasEntry, openLimited, openPanel, panelModules } from '../../support/panel.ts';
import { visit } from '../../support/visitor.ts';

const PATH = '/admin/profile';

describe('the own profile in the panel', () => {
  const app = useApp({ modules: panelModules });

  it('is there for every staff member, whatever the group grants', async () => {
    const member = await openLimited(app, {});

    assert.equal((await member.get(PATH)).status, 200);
    assert.equal(await hasEntry(member, PATH), true);
    assert.equal((await visit(app).get(PATH)).headers['location'], '/admin/login?next=%2Fadmin%2Fprofile');
  });

  it('leads to the two-factor login', async () => {
    const panel = await openPanel(app);

    const [, href = ''] = /href="([^"]*two-factor)"/.exec((await panel.get(PATH)).text) ?? [];

    assert.equal(href, `${PATH}/two-factor`);
    assert.equal((await panel.get(href)).status, 200);
  });

  it('is changed', async () => {
    const panel = await openPanel(app);

    await panel.submit(PATH, PATH, { name: 'Ada <i>', email: 'ada@example.com', signature: '', timezone: '' });

    assert.match((await panel.get(PATH)).text, /value="Ada &lt;i&gt;"/);
    assert.equal((await app.call<{ email: string }>(admin, 'profile/get')).email, 'ada@example.com');
  });

  it('is shown again with what is wrong', async () => {
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(PATH, PATH, { name: 'Ada', email: 'nowhere', timezone: '' });

    assert.equal(status, 422);
    assert.match(text, /value="nowhere"/);
  });

  it('gets another password, which ends all other sessions', async () => {
    const [panel, other] = [await openPanel(app), await openPanel(app)];

    const wrong = await panel.submit(PATH, `${PATH}/password`, {
      current_password: 'not it',
      new_password: PASSWORD,
      confirm_password: PASSWORD,
    });
    await panel.submit(PATH, `${PATH}/password`, {
      current_password: ADMIN.password,
      new_password: PASSWORD,
      confirm_password: PASSWORD,
    });

    assert.equal(wrong.status, 409);
    assert.ok(!wrong.text.includes(PASSWORD));
    assert.equal((await panel.get(PATH)).status, 200);
    assert.equal((await other.get(PATH)).status, 303);
  });

  it('gets another API key', async () => {
    const panel = await openPanel(app);

    await panel.submit(PATH, `${PATH}/api-key`);
    const token = /aria-labelledby="key-label">([A-Za-z0-9]{32})</.exec((await panel.get(PATH)).text)?.[1] ?? '';

    assert.equal((await app.refusal(admin, 'profile/get')).status, 401);
    assert.ok(await app.call(staff(token), 'profile/get'));
  });

  it('ends one session', async () => {
    const [panel, other] = [await openPanel(app), await openPanel(app)];

    const key = /name="key" value="([^"]+)"/.exec((await panel.get(PATH)).text)?.[1] ?? '';
    const { headers } = await panel.submit(PATH, `${PATH}/session`, { key });

    assert.equal(headers['location'], PATH);
    assert.equal((await panel.get(PATH)).status, 200);
    assert.equal((await other.get(PATH)).status, 303);
  });

  it('ends no session of somebody else', async () => {
    const [panel, member] = [await openPanel(app), await openLimited(app, {})];
    await openPanel(app);
    const key = /name="key" value="([^"]+)"/.exec((await panel.get(PATH)).text)?.[1] ?? '';

    const { status } = await member.submit(PATH, `${PATH}/session`, { key });

    assert.equal(status, 404);
    assert.ok((await panel.get(PATH)).text.includes(key));
  });

  it('ends all sessions but this one', async () => {
    const [panel, other] = [await openPanel(app), await openPanel(app)];

    await panel.submit(PATH, `${PATH}/sessions`);

    assert.equal((await panel.get(PATH)).status, 200);
    assert.equal((await other.get(PATH)).status, 303);
  });
});
