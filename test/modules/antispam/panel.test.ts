import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/antispam';

describe('antispam in the panel', () => {
  const app = useApp({ modules: panelModules });
  const blocked = () => app.call<{ ips: string[] }>(admin, 'antispam/get_blocked_ips').then(({ ips }) => ips);

  it('blocks an address and lets it in again', async () => {
    const panel = await openPanel(app);

    await panel.submit(PATH, `${PATH}/block`, { ip: '203.0.113.9' });
    const { text } = await panel.get(PATH);

    assert.deepEqual(await blocked(), ['203.0.113.9']);
    assert.match(text, /<code id="ip-1">203\.0\.113\.9/);
    await panel.submit(PATH, `${PATH}/unblock`, { ip: '203.0.113.9' });
    assert.deepEqual(await blocked(), []);
  });

  it('shows the form again when it is no address', async () => {
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(PATH, `${PATH}/block`, { ip: '"><script>alert(1)</script>' });

    assert.equal(status, 422);
    assert.match(text, /Invalid IP address/);
    assert.match(text, /value="&#34;&gt;&lt;script/);
  });

  it('is changed by nobody who may only look', async () => {
    const reader = await openLimited(app, { antispam: { access: true, view: true } });

    const { text } = await reader.get(PATH);
    const { status } = await reader.submit(PATH, `${PATH}/block`, { ip: '203.0.113.9' });

    assert.doesNotMatch(text, /antispam\/block/);
    assert.equal(status, 403);
    assert.deepEqual(await blocked(), []);
  });

  it('is for staff who may see it', () => checkGuarded(app, PATH, { antispam: { access: true, view: true } }));
});
