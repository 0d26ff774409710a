import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { checkGuarded, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/activity';

describe('the activity in the panel', () => {
  const app = useApp({ modules: panelModules });

  it('shows what happened, the newest first', async () => {
    await app.call(admin, 'activity/log', { m: 'The kettle was lit.' });
    await app.call(admin, 'activity/log', { m: 'The kettle boiled.' });

    const { text } = await (await openPanel(app)).get(PATH);

    assert.ok(text.indexOf('The kettle boiled.') > 0);
    assert.ok(text.indexOf('The kettle boiled.') < text.indexOf('The kettle was lit.'));
  });

  it('narrows by text and by who did it', async () => {
    await app.call(admin, 'activity/log', { m: 'About nobody at all.' });
    await app.call(admin, 'activity/log', { m: 'About a member.', admin_id: 1 });
    const panel = await openPanel(app);

    const found = await panel.get(`${PATH}?search=nobody`);
    const ofStaff = await panel.get(`${PATH}?user_filter=only_staff`);

    assert.match(found.text, /About nobody at all\./);
    assert.doesNotMatch(found.text, /About a member\./);
    assert.match(ofStaff.text, /About a member\./);
    assert.doesNotMatch(ofStaff.text, /About nobody at all\./);
  });

  it('shows hostile text as text', async () => {
    await app.call(admin, 'activity/log', { m: '<script>alert(1)</script>' });

    const { text } = await (await openPanel(app)).get(PATH);

    assert.match(text, /&lt;script&gt;alert/);
    assert.doesNotMatch(text, /<script>alert/);
  });

  it('is for staff who may see it', () => checkGuarded(app, PATH, { activity: { access: true, view: true } }));
});
