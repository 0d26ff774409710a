import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const PATH = '/admin/email/templates';

interface Template {
  readonly id: number;
  readonly subject: string;
  readonly content: string;
  readonly enabled: boolean;
  readonly is_overridden: boolean;
}

describe('e-mail templates in the panel', () => {
  const app = useApp({ modules: panelModules });
  const code = 'mod_staff_password_reset_approve';
  const templateOf = async (name: string): Promise<Template> => {
    const { list } = await app.call<{ list: { id: number }[] }>(admin, 'email/template_get_list', { code: name });
    return app.call<Template>(admin, 'email/template_get', { id: list[0]?.id });
  };

  it('are changed', async () => {
    const { id, content } = await templateOf(code);
    const panel = await openPanel(app);

    const { status, headers } = await panel.submit(`${PATH}/${id}`, `${PATH}/${id}`, {
      subject: 'All is new',
      content: `${content}<p>Bye</p>`,
      enabled: '1',
    });

    assert.deepEqual([status, headers['location']], [303, `${PATH}/${id}`]);
    const changed = await templateOf(code);
    assert.deepEqual([changed.subject, changed.is_overridden, changed.enabled], ['All is new', true, true]);
  });

  it('stay the ones of the module when nobody changed a word', async () => {
    const { id, subject, content } = await templateOf(code);
    const panel = await openPanel(app);

    await panel.submit(`${PATH}/${id}`, `${PATH}/${id}`, {
      subject,
      content: content.replaceAll('\n', '\r\n'),
      enabled: '0',
    });

    const { is_overridden, enabled } = await templateOf(code);
    assert.deepEqual([is_overridden, enabled], [false, false]);
  });

  it('get their own text back', async () => {
    const { id, content } = await templateOf(code);
    const panel = await openPanel(app);
    await panel.submit(`${PATH}/${id}`, `${PATH}/${id}`, { subject: 'Mine', content: 'Mine' });

    await panel.submit(`${PATH}/${id}`, `${PATH}/${id}/reset`, { code });

    assert.equal((await templateOf(code)).content, content);
  });

  it('are previewed with sample data, and nothing of the text runs', async () => {
    const { id } = await templateOf(code);
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(`${PATH}/${id}`, `${PATH}/${id}/preview`, {
      subject: 'Mine',
      content: '<p>Dear {{ staff.name }}</p><script>alert(1)</script><img src="//example.org/x" onerror="alert(2)">',
    });

    assert.equal(status, 200);
    const preview = /<iframe[^>]*sandbox srcdoc="([^"]*)"/.exec(text)?.[1] ?? '';
    assert.match(preview, /&lt;p&gt;Dear \w+/);
    assert.doesNotMatch(preview, /script|img|onerror/);
    assert.doesNotMatch(text, /<script>alert|<img src="\/\/example/);
    assert.match(text, /&lt;script&gt;alert/);
    assert.equal((await templateOf(code)).is_overridden, false);
  });

  it('that do not work are shown again with what is wrong', async () => {
    const { id } = await templateOf(code);
    const panel = await openPanel(app);
    const broken = { subject: 'Mine', content: 'Dear {{ staff.name' };

    for (const path of [`${PATH}/${id}`, `${PATH}/${id}/preview`]) {
      const { status, text } = await panel.submit(`${PATH}/${id}`, path, broken);

      assert.ok([409, 422].includes(status), `${path} answered ${status}`);
      assert.match(text, /role="alert"/);
      assert.match(text, /Dear \{\{ staff\.name/);
    }
    assert.equal((await templateOf(code)).is_overridden, false);
  });

  it('are made and removed', async () => {
    const panel = await openPanel(app);

    await panel.submit(`${PATH}/new`, `${PATH}/new`, {
      action_code: 'own_letter',
      subject: 'Hello',
      content: '<p>Hello</p>',
    });
    const { id } = await templateOf('own_letter');
    const { headers } = await panel.submit(`${PATH}/${id}`, `${PATH}/${id}/delete`);

    assert.equal(headers['location'], PATH);
    assert.equal((await app.refusal(admin, 'email/template_get', { id })).message, 'Email template not found');
  });

  it('are changed by nobody who may only read them', async () => {
    const { id, subject } = await templateOf(code);
    const reader = await openLimited(app, { email: { access: true, view_templates: true } });

    const { text } = await reader.get(`${PATH}/${id}`);
    const { status } = await reader.submit(`${PATH}/${id}`, `${PATH}/${id}`, { subject: 'Theirs', content: 'x' });

    assert.doesNotMatch(text, /name="content"/);
    assert.equal(status, 403);
    assert.equal((await templateOf(code)).subject, subject);
  });

  it('are for staff who may see them', () =>
    checkGuarded(app, PATH, { email: { access: true, view_templates: true } }));
});
