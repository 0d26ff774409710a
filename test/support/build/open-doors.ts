import { guest, type TestApp } from '../app.ts';
import type { Filling } from '../site-map.ts';
import { configure, linkIn, signUp } from './client.ts';
import { buildInvoice, buildSandbox, startPayment } from './payment.ts';
import { buildStaff } from './staff.ts';

/** The secrets that letters and payments hand out, so that the pages behind them open. */
export async function openDoors(app: TestApp, clientId: number): Promise<Filling> {
  const { email } = await buildStaff(app);
  await app.call(guest, 'staff/passwordreset', { email });
  const code = await linkIn(app, 'staff/email');
  const { hash } = await buildInvoice(app, clientId); // from here on, invoices open to whoever has their hash
  const gateway = await buildSandbox(app);
  const { reference } = await startPayment(app, hash, gateway);
  const { text } = await app.request('get', `/invoice/banklink/${hash}/${gateway}?channel=qr`);
  return {
    '/invoice/banklink/:hash': hash,
    '/invoice/banklink/:hash/:gateway': gateway,
    '?/invoice/banklink/:hash/:gateway': 'channel=qr',
    '/invoice/waiting/:hash': hash,
    '?/invoice/waiting/:hash': /\/invoice\/waiting\/\w+\?([^"]+)"/.exec(text)?.[1] ?? '',
    '/client/confirm-email/:hash': await confirmation(app),
    // Each welcome has one, and each of them opens.
    '/client/reset-password-confirm/:hash': await linkIn(app, 'client/reset-password-confirm'),
    '/admin/staff/email/:code': code,
    '/sandbox/pay/:reference': reference,
  };
}

async function confirmation(app: TestApp): Promise<string> {
  await configure(app, { require_email_confirmation: 1 });
  await app.call(guest, 'client/create', signUp());
  const link = await linkIn(app, 'client/confirm-email');
  await configure(app, { require_email_confirmation: 0 });
  return link;
}
