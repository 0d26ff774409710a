import assert from 'node:assert/strict';
import { invoiceService } from '#modules/invoice/contract';
import { admin, useApp } from '../../support/app.ts';
import { addFunds, buildInvoice, buildPayer, invoiceOf, pay } from '../../support/build/invoice.ts';
import { buildProduct } from '../../support/build/sale.ts';

interface Shown {
  status: string;
  expires_at: string | null;
  unpaid_invoice_id: number | null;
}

describe('what a paid invoice stands for', () => {
  const app = useApp({ install: ['serviceapikey'] });
  const orderOf = (id: number) => app.call<Shown>(admin, 'order/get', { id });
  const renewal = async (order: number): Promise<number> =>
    Number(await app.call(admin, 'invoice/renewal_invoice', { id: order }));

  async function buildOrder(fields: object = {}): Promise<{ clientId: number; orderId: number }> {
    const clientId = await buildPayer(app);
    const product_id = await buildProduct(app);
    const order = { client_id: clientId, product_id, period: '1M', price: 10, ...fields };
    return { clientId, orderId: await app.call<number>(admin, 'order/create', order) };
  }

  it('is done once, in the order of its lines, when staff say so', async () => {
    const { orderId } = await buildOrder({ activate: 1 });
    const { expires_at: before } = await orderOf(orderId);
    const id = await renewal(orderId);

    await pay(app, id, { execute: 1 });
    await pay(app, id, { execute: 1 });
    await app.app.service(invoiceService).runTasks(app.system(), id);

    const { expires_at: after, unpaid_invoice_id } = await orderOf(orderId);
    assert.equal(monthsBetween(before, after), 1);
    assert.equal(unpaid_invoice_id, null);
    assert.equal((await invoiceOf(app, id)).lines[0]?.status, 'executed');
  });

  it('is done once when eight processes do it at once', async () => {
    const { orderId } = await buildOrder({ activate: 1 });
    const { expires_at: before } = await orderOf(orderId);
    const id = await renewal(orderId);
    await pay(app, id);

    const invoices = app.app.service(invoiceService);
    await app.together(async (other) => {
      const there = other.service(invoiceService);
      await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          index % 2 === 0 ? invoices.runTasks(app.system(), id) : there.runTasks(other.system(), id),
        ),
      );
    });

    assert.equal(monthsBetween(before, (await orderOf(orderId)).expires_at), 1);
  });

  it('waits ten minutes for whoever paid, and is then done by the job', async () => {
    const { orderId } = await buildOrder({ activate: 1 });
    const { expires_at: before } = await orderOf(orderId);
    const id = await renewal(orderId);
    await pay(app, id);

    await app.call(admin, 'invoice/batch_activate_paid');
    assert.equal((await orderOf(orderId)).expires_at, before);
    app.clock.advance(11 * 60_000);
    await app.call(admin, 'invoice/batch_activate_paid');

    assert.equal(monthsBetween(before, (await orderOf(orderId)).expires_at), 1);
  });

  it('activates an order of staff that was never set up', async () => {
    const { orderId } = await buildOrder({ invoice_option: 'issue-invoice' });
    const { unpaid_invoice_id } = await orderOf(orderId);

    await pay(app, Number(unpaid_invoice_id), { execute: 1 });

    assert.equal((await orderOf(orderId)).status, 'active');
  });

  it('ends the suspension of an order that is extended', async () => {
    const { orderId } = await buildOrder({ activate: 1 });
    const id = await renewal(orderId);
    await app.call(admin, 'order/suspend', { id: orderId });

    await pay(app, id, { execute: 1 });

    assert.equal((await orderOf(orderId)).status, 'active');
  });

  it('is left to staff after three failures, and tried again when they say so', async () => {
    const id = await buildInvoice(app, {
      items: [{ title: 'Lost', price: 1, type: 'order', rel_id: '999999', task: 'renew' }],
    });
    await pay(app, id);
    app.clock.advance(11 * 60_000);

    for (let attempt = 1; attempt <= 4; attempt++) await app.call(admin, 'invoice/batch_activate_paid');

    const failed = await app.call<{ id: number; attempts: number }[]>(admin, 'invoice/get_failed_items');
    assert.deepEqual(
      failed.map(({ attempts }) => attempts),
      [3],
    );
    await app.call(admin, 'invoice/item_requeue', { id: failed[0]?.id });
    assert.deepEqual(await app.call(admin, 'invoice/get_failed_items'), []);
    assert.equal(
      (await app.refusal(admin, 'invoice/item_requeue', { id: failed[0]?.id })).message,
      'Invoice item is not in a failed state',
    );
  });

  it('fails for one line without keeping the others from being done', async () => {
    const { orderId } = await buildOrder({ activate: 1 });
    const clientId = (await app.call<{ client_id: number }>(admin, 'order/get', { id: orderId })).client_id;
    const id = await buildInvoice(app, {
      clientId,
      items: [
        { title: 'Lost', price: 1, type: 'order', rel_id: '999999', task: 'renew' },
        { title: 'Kept', price: 1, type: 'order', rel_id: orderId, task: 'renew' },
      ],
    });

    await pay(app, id, { execute: 1 });

    assert.deepEqual(
      (await invoiceOf(app, id)).lines.map(({ status }) => status),
      ['pending_setup', 'executed'],
    );
  });

  it('is done for a renewal that the balance paid', async () => {
    const { clientId, orderId } = await buildOrder({ activate: 1 });
    const { expires_at: before } = await orderOf(orderId);
    await addFunds(app, clientId, 10);

    const id = await renewal(orderId);

    assert.equal((await invoiceOf(app, id)).status, 'paid');
    assert.equal(monthsBetween(before, (await orderOf(orderId)).expires_at), 1);
    assert.deepEqual(await app.app.examine(), []);
  });
});

const monthsBetween = (from: string | null, to: string | null): number => {
  const [a, b] = [new Date(from ?? ''), new Date(to ?? '')];
  return (b.getFullYear() - a.getFullYear()) * 12 + b.getMonth() - a.getMonth();
};
