import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildInvoice, invoiceOf } from '../../support/build/invoice.ts';
import { buildSandbox } from '../../support/build/payment.ts';
import { buildOwner } from './visit.ts';

describe('the page of a payment by a code', () => {
  const app = useApp({ install: ['gateway-sandbox'] });

  async function started() {
    const owner = await buildOwner(app);
    const invoiceId = await buildInvoice(app, { clientId: owner.clientId });
    const { hash } = await invoiceOf(app, invoiceId);
    const gateway = await buildSandbox(app);
    const at = `/invoice/banklink/${hash}/${gateway}?channel=qr`;
    const { text, status } = await owner.visitor.get(at);
    assert.equal(status, 200, text);
    const picture = /<img class="qr" src="([^"]+)"/.exec(text)?.[1] ?? '';
    const waiting = /href="(\/invoice\/waiting\/[^"]+)"/.exec(text)?.[1] ?? '';
    return { ...owner, invoiceId, gateway, hash, text, picture, waiting };
  }

  it('shows it as a picture and as text that can be copied', async () => {
    const { visitor, text, picture } = await started();

    const { status, headers } = await visitor.get(picture);

    assert.match(text, /id="copy-code" value="http[^"]+\/sandbox\/pay\/[^"]+"/);
    assert.deepEqual([status, headers['content-type']], [200, 'image/png']);
  });

  it('waits until the payment has arrived, and turns then', async () => {
    const { visitor, waiting, hash, invoiceId, gateway } = await started();

    const before = await visitor.get(waiting);
    await app.call(admin, 'invoice/mark_as_paid', { id: invoiceId, gateway_id: gateway, transaction_id: 'txn-1' });
    const after = await visitor.get(waiting);

    assert.equal(before.status, 200);
    assert.match(before.text, /<img class="qr"/);
    assert.deepEqual([after.status, after.headers['location']], [303, `/invoice/thank-you/${hash}`]);
  });

  it('draws no picture but of what was sealed here', async () => {
    const { visitor, picture } = await started();

    for (const of of ['https://evil.example', 'AAAA', picture.slice(-80), '%00', ''])
      assert.ok((await visitor.get(`/invoice/picture?of=${encodeURIComponent(of)}`)).status >= 400);
  });

  it('waits for its owner alone', async () => {
    const { waiting } = await started();
    const { visitor } = await buildOwner(app);

    assert.equal((await visitor.get(waiting)).headers['location'], '/invoice');
  });
});
