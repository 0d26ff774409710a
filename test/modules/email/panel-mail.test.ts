import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildClient } from '../../support/build/client.ts';
import { checkGuarded, openLimited, openPanel, panelModules } from '../../support/panel.ts';

const LOG = '/admin/email/log';
const OUTBOX = '/admin/email/outbox';
const TRANSPORT = '/admin/email/transport';
const HISTORY = { email: { access: true, view_email_history: true } };

describe('sent e-mails in the panel', () => {
  const app = useApp({ modules: panelModules });
  const sent = async (subject: string, client_id?: number): Promise<number> => {
    await app.call(admin, 'activity/log_email', {
      subject,
      client_id,
      recipients: 'kay@example.com',
      content_html: '<p>Dear <b>Kay</b></p><script>alert(1)</script>',
    });
    const { list } = await app.call<{ list: { id: number }[] }>(admin, 'email/email_get_list', { subject });
    return list[0]?.id ?? 0;
  };

  it('are listed and read as text', async () => {
    const id = await sent('<i>Hello</i>');
    const panel = await openPanel(app);

    const list = await panel.get(`${LOG}?search=Hello`);
    const one = await panel.get(`${LOG}/${id}`);

    assert.match(list.text, new RegExp(`href="${LOG}/${id}">&lt;i&gt;Hello`));
    assert.match(one.text, /Dear Kay/);
    assert.doesNotMatch(one.text, /<b>Kay|<i>Hello|<script>alert/);
  });

  it('are sent again to their client', async () => {
    const { id: clientId } = await buildClient(app);
    const id = await sent('Once more', clientId);
    const panel = await openPanel(app);

    const { headers } = await panel.submit(`${LOG}/${id}`, `${LOG}/${id}/resend`);
    await app.settle();

    assert.equal(headers['location'], `${LOG}/${id}`);
    assert.ok((await app.mails()).some((mail) => mail.includes('Subject: Once more')));
  });

  it('are removed', async () => {
    const id = await sent('Gone');
    const panel = await openPanel(app);

    const { headers } = await panel.submit(`${LOG}/${id}`, `${LOG}/${id}/delete`);

    assert.equal(headers['location'], LOG);
    assert.equal((await panel.get(`${LOG}/${id}`)).status, 404);
  });

  it('are neither removed nor sent by who may only read', async () => {
    const id = await sent('Stays');
    const reader = await openLimited(app, HISTORY);

    const { text } = await reader.get(`${LOG}/${id}`);

    assert.doesNotMatch(text, /\/delete|\/resend/);
    for (const what of ['delete', 'resend'])
      assert.equal((await reader.submit(`${LOG}/${id}`, `${LOG}/${id}/${what}`)).status, 403);
  });

  it('are for staff who may see them', () => checkGuarded(app, LOG, HISTORY));
});

describe('the outbox in the panel', () => {
  const app = useApp({ modules: panelModules });
  const send = () =>
    app.call(admin, 'email/send', {
      to: 'kay@example.com',
      to_name: 'Kay',
      from: 'shop@example.com',
      from_name: 'Shop',
      subject: 'Waiting <b>here</b>',
      content: '<p>Hello</p>',
    });
  const breakMail = () =>
    app.call(admin, 'extension/config_save', { ext: 'mod_email', mailer: 'custom', custom_dsn: 'carrier://pigeon' });

  it('tells what waits and why', async () => {
    await breakMail();
    await send();
    await app.call(admin, 'email/batch_sendmail');

    const { text } = await (await openPanel(app)).get(OUTBOX);

    assert.match(text, /Waiting &lt;b&gt;here/);
    assert.match(text, /This mail address is not supported/);
  });

  it('is emptied once mail works again', async () => {
    await breakMail();
    await send();
    await app.call(admin, 'email/batch_sendmail');
    await app.call(admin, 'extension/config_save', { ext: 'mod_email', mailer: '' });
    const panel = await openPanel(app);

    await panel.submit(OUTBOX, OUTBOX);

    assert.doesNotMatch((await panel.get(OUTBOX)).text, /Waiting|Try all now/);
    assert.equal((await app.mails()).length, 1);
  });

  it('is for staff who may see it', () => checkGuarded(app, OUTBOX, HISTORY));
});

describe('the mail transport in the panel', () => {
  const app = useApp({ modules: panelModules });

  it('is tried with a letter to oneself', async () => {
    const panel = await openPanel(app);

    const { status } = await panel.submit(TRANSPORT, TRANSPORT);

    assert.equal(status, 303);
    assert.match((await panel.get(TRANSPORT)).text, /Letters are kept as files/);
    assert.equal((await app.mails()).length, 1);
  });

  it('says what went wrong, and no secret', async () => {
    await app.call(admin, 'extension/config_save', {
      ext: 'mod_email',
      mailer: 'custom',
      custom_dsn: 'carrier://hidden-word@pigeon',
    });
    const panel = await openPanel(app);

    const { status, text } = await panel.submit(TRANSPORT, TRANSPORT);

    assert.equal(status, 409);
    assert.match(text, /This mail address is not supported/);
    assert.doesNotMatch(text, /hidden-word/);
  });

  it('is for staff who may set it', () =>
    checkGuarded(app, TRANSPORT, { email: { access: true, manage_settings: true } }));
});
