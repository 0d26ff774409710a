import assert from 'node:assert/strict';
import { useApp } from '../../support/app.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/security';

describe('security in the panel', () => {
  const app = useApp({
    modules: panelModules,
    environment: { RATE_LIMITS: 'on', RATE_LIMITS_EXEMPT: '192.0.2.0/24' },
  });

  it('shows what can be checked, and what came of it', async () => {
    const panel = await openPanel(app);

    const before = await panel.get(PATH);
    const after = await panel.submit(PATH, `${PATH}/checks`);

    assert.doesNotMatch(before.text, /Passed|Warning/);
    assert.equal(after.status, 200);
    assert.match(after.text, /-lt">(Passed|Warning|Failed)</);
  });

  it('shows who is held up, and lets them call again', async () => {
    const panel = await openPanel(app);
    for (let call = 0; call < 11; call++)
      await app.request('post', '/api/guest/staff/login').send({ email: 'x@example.com', password: 'wrong' });

    const { text } = await panel.get(PATH);
    await panel.submit(PATH, `${PATH}/limits/reset-all`);

    assert.match(text, /api_login/);
    assert.match((await panel.get(PATH)).text, /Nobody is held up/);
  });

  it('tells who is never limited', async () => {
    assert.match((await (await openPanel(app)).get(PATH)).text, /<code>192\.0\.2\.0\/24<\/code>/);
  });

  it('runs and resets nothing for who may only look', async () => {
    const reader = await openLimited(app, { security: { access: true, view: true } });

    const { text } = await reader.get(PATH);

    assert.doesNotMatch(text, /security\/checks|limits\/reset/);
    for (const form of ['checks', 'limits/reset-all'])
      assert.equal((await reader.submit(PATH, `${PATH}/${form}`)).status, 403);
  });

  it('is for staff who may see it', () => checkGuarded(app, PATH, { security: { access: true, view: true } }));
});
