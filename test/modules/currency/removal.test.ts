import assert from 'node:assert/strict';
import { admin, useApp } from '../../support/app.ts';
import { buildClient, buildKey } from '../../support/build/sale.ts';

describe('a currency that is to be removed', () => {
  const app = useApp({ install: ['serviceapikey'] });
  const remove = async (): Promise<string> => (await app.refusal(admin, 'currency/delete', { code: 'EUR' })).message;
  beforeEach(() => app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: '0.85' }));

  it('stays while an order is priced in it, and goes with the last', async () => {
    const { orderId: id } = await buildKey(app, { clientId: await buildClient(app, { currency: 'EUR' }) });

    assert.equal(await remove(), 'Cannot remove a currency that orders are priced in.');

    await app.call(admin, 'order/cancel', { id });
    assert.equal(await app.call(admin, 'currency/delete', { code: 'EUR' }), true);
  });

  it('stays while there is something in it on a balance', async () => {
    const id = await buildClient(app, { currency: 'EUR' });
    await app.call(admin, 'client/balance_add_funds', { id, amount: '5', description: 'Gift' });

    assert.equal(await remove(), 'Cannot remove a currency that balances of clients are kept in.');
  });
});
