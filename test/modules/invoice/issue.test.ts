import assert from 'node:assert/strict';
import { atomic } from '#core/context';
import { money } from '#core/money';
import { invoiceService, type NewLine } from '#modules/invoice/contract';
import { admin, useApp } from '../../support/app.ts';
import { buildPayer } from '../../support/build/invoice.ts';

describe('an invoice that was just made', () => {
  const app = useApp();
  const line: NewLine = { title: 'Work', price: money(1250, 'USD'), quantity: 2, isTaxed: true, unit: 'hour' };
  const hook: NewLine = { title: 'Call', price: money(0, 'USD'), type: 'hook_call', task: 'onWork', relId: '[1]' };

  for (const [what, lines] of Object.entries({
    'no line': [],
    'one line': [line],
    'a hook': [hook],
    'two lines': [line, hook],
  }))
    // prettier-ignore
    it(`is as it was stored, with ${what}`, async () => {
      await app.call(admin, 'invoice/tax_create', { name: 'VAT', taxrate: '7.5' });
      await app.call(admin, 'system/update_params', { tax_enabled: '1', invoice_default_note: 'Thank you' });
      const clientId = await buildPayer(app, { company: 'Works', phone: '123', phone_cc: '44', city: 'Łódź' });
      const invoices = app.app.service(invoiceService);
      const ctx = app.system();

      const made = await atomic(ctx, (tx) => invoices.issue(tx, { clientId, currency: 'USD', lines }));

      assert.deepEqual(made, await invoices.get(ctx, made.id));
      assert.equal(made.taxRate, '7.5');
    });
});
