import assert from 'node:assert/strict';
import { extractText, getDocumentProxy } from 'unpdf';
import { admin, useApp, type TestApp } from '../../support/app.ts';
import { addFunds, buildInvoice, buildPayer, invoiceOf, pay } from '../../support/build/invoice.ts';
import { readable } from '../../support/build/email.ts';

const HOSTILE = '{{ 7 | times: 7 }}<img src=x>\u202e😀';

async function lettersAbout(app: TestApp): Promise<string[]> {
  await app.settle();
  return (await app.mails()).filter((mail) => /Message-ID: <invoice-/.test(mail));
}

const headerOf = (mail: string, name: string): string =>
  new RegExp(`^${name}: (.*)`, 'm').exec(mail)?.[1]?.trim() ?? '';

/** The attached file, decoded. */
function attachmentOf(mail: string): Buffer | undefined {
  const part = mail.split(/\r\n--[^\r\n]+/).find((one) => /Content-Type: application\/pdf/.test(one));
  return part === undefined ? undefined : Buffer.from(part.slice(part.indexOf('\r\n\r\n') + 4), 'base64');
}

describe('letters about invoices', () => {
  const app = useApp();
  const set = (params: object) => app.call(admin, 'system/update_params', params);

  it('announce an approved invoice, with the amount and the way to it', async () => {
    const id = await buildInvoice(app, { items: [{ title: 'Work', price: 12.5, quantity: 2 }] });

    const [mail = '', ...others] = await lettersAbout(app);

    const { hash, serie_nr } = await invoiceOf(app, id);
    assert.equal(others.length, 0);
    assert.match(headerOf(mail, 'Subject'), new RegExp(`Invoice ${serie_nr}`));
    const text = readable(mail);
    assert.match(text, /over <b>\$25\.00<\/b>/);
    assert.ok(text.includes(`/invoice/${hash}`));
    assert.equal(attachmentOf(mail), undefined);
  });

  it('go to the billing address where there is one', async () => {
    const clientId = await buildPayer(app, { billing_email: 'books@example.com' });
    await buildInvoice(app, { clientId });

    const [mail = ''] = await lettersAbout(app);

    assert.match(headerOf(mail, 'To'), /books@example\.com/);
  });

  it('do not ask for what is free or paid already', async () => {
    await buildInvoice(app, { items: [{ title: 'Gift', price: 0 }] });
    const clientId = await buildPayer(app);
    await addFunds(app, clientId, 50);
    const id = await buildInvoice(app, { clientId, approve: 0 });
    await app.call(admin, 'invoice/approve', { id, use_credits: 1 });
    await buildInvoice(app, { approve: 0 });

    const subjects = (await lettersAbout(app)).map((mail) => headerOf(mail, 'Message-ID'));

    assert.ok(
      subjects.every((id) => !id.includes('created') || !id.includes('paid')),
      subjects.join(),
    );
    assert.equal(subjects.filter((id) => id.includes('mod_invoice_created')).length, 0);
    assert.equal(subjects.filter((id) => id.includes('mod_invoice_paid')).length, 1);
  });

  it('thank for a payment, once', async () => {
    const id = await buildInvoice(app);
    await lettersAbout(app);
    await pay(app, id);

    const mails = (await lettersAbout(app)).filter((mail) => mail.includes('mod_invoice_paid'));

    assert.equal(mails.length, 1);
    assert.match(readable(mails[0] ?? ''), /payment of <b>\$10\.00<\/b>/);
  });

  it('remind by hand and by the day, and tell how long an invoice is overdue', async () => {
    app.clock.set('2030-03-03T09:00:00Z');
    await set({ invoice_reminder_before_due_days: '7', invoice_reminder_after_due_days: '5' });
    const [byHand, soon, late] = [await buildInvoice(app), await buildInvoice(app), await buildInvoice(app)];
    await app.call(admin, 'invoice/update', { id: soon, due_at: '2030-03-10 08:00:00' });
    await app.call(admin, 'invoice/update', { id: late, due_at: '2030-02-26 08:00:00' });

    await app.call(admin, 'invoice/send_reminder', { id: byHand });
    await app.call(admin, 'invoice/batch_send_reminders');

    const mails = await lettersAbout(app);
    const overdue = mails.filter((mail) => mail.includes('mod_invoice_due_after')).map(readable);
    assert.equal(mails.filter((mail) => mail.includes('mod_invoice_payment_reminder')).length, 2);
    assert.equal(overdue.length, 1);
    assert.match(overdue[0] ?? '', /was due on February 26, 2030, 5 days ago/);
  });

  it('do not remind of what was paid before they are written', async () => {
    const id = await buildInvoice(app);
    await lettersAbout(app);
    await app.call(admin, 'invoice/send_reminder', { id });
    await pay(app, id);

    const mails = await lettersAbout(app);

    assert.equal(mails.filter((mail) => mail.includes('mod_invoice_payment_reminder')).length, 0);
  });

  it('are in Chinese for Chinese clients', async () => {
    await buildInvoice(app, { clientId: await buildPayer(app, { lang: 'zh_CN' }) });

    const [mail = ''] = await lettersAbout(app);

    assert.match(readable(mail), /您的账单/);
    assert.match(readable(mail), /US\$10\.00/);
  });

  it('carry the invoice as a PDF where staff want it', async () => {
    await set({ invoice_email_attach_pdf: '1', invoice_series: 'IN/V ' });
    await buildInvoice(app, { clientId: await buildPayer(app, { lang: 'zh_CN', company: '上海示例科技有限公司' }) });

    const [mail = ''] = await lettersAbout(app);

    const file = attachmentOf(mail) ?? Buffer.alloc(0);
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(file)), { mergePages: true });
    assert.match(mail, /filename="?IN-V-00001\.pdf/);
    assert.match(text, /上海示例科技有限公司/);
  });

  it('keep a long PDF whole on its way through the queue, where nobody reads it', async () => {
    await set({ invoice_email_attach_pdf: '1' });
    const items = Array.from({ length: 300 }, (_, index) => ({
      title: String.fromCodePoint(...Array.from({ length: 20 }, (_one, at) => 0x4e00 + index * 20 + at)),
      price: 0.01,
    }));
    await app.call(admin, 'extension/config_save', {
      ext: 'mod_email',
      mailer: 'custom',
      custom_dsn: 'smtp://127.0.0.1:1',
    });
    await buildInvoice(app, { items });
    await app.settle();
    const [row] = (await app.app.database.knex('email_queue').whereNotNull('attachment_name')) as {
      attachment_content: Uint8Array;
    }[];

    await app.call(admin, 'extension/config_save', { ext: 'mod_email' });
    app.clock.advance(3_600_000);
    await app.call(admin, 'email/batch_sendmail');

    const mail = (await lettersAbout(app)).find((one) => one.includes('mod_invoice_created')) ?? '';
    const kept = Buffer.from(row?.attachment_content ?? []);
    assert.ok(kept.length > 65_536, String(kept.length));
    assert.ok(!kept.includes('%PDF'));
    assert.equal(attachmentOf(mail)?.subarray(0, 5).toString(), '%PDF-');
    assert.match(attachmentOf(mail)?.subarray(-10).toString() ?? '', /%%EOF/);
  }).timeout(20_000);

  it('say a hostile name as it is', async () => {
    const clientId = await buildPayer(app, { first_name: HOSTILE });
    await buildInvoice(app, { clientId, items: [{ title: '<script>{{ 8 | times: 8 }}', price: 1 }] });

    const [mail = ''] = await lettersAbout(app);

    const text = readable(mail);
    const html = text.slice(text.indexOf('Content-Type: text/html'));
    assert.doesNotMatch(html, /<img|<script|>49|>64/);
    assert.match(html, /&lt;img src=x&gt;/i);
    assert.match(text, /\{\{ 7 \| times: 7 \}\}/i);
  });

  it('keep the link to the invoice from who reads the history', async () => {
    await app.call(admin, 'extension/config_save', { ext: 'mod_email', log_enabled: 1 });
    const clientId = await buildPayer(app);
    const { hash } = await invoiceOf(app, await buildInvoice(app, { clientId }));
    await lettersAbout(app);

    const history = await app.call<{ list: object[] }>(admin, 'email/email_get_list', { client_id: clientId });

    assert.ok(history.list.length > 0);
    assert.ok(!JSON.stringify(history).includes(hash));
  });
});
