import assert from 'node:assert/strict';
import { useApp } from '../../support/app.ts';
import { addFunds, newWallet, orbitClient } from '../../support/build/orbit.ts';

describe('the profile', () => {
  const app = useApp({ install: ['orbit-customer'] });

  it('has the fields of the user, beside themselves', async () => {
    const kay = await orbitClient(app, { name: 'Kay Doe', email: 'kay@example.com' });
    await addFunds(app, kay.clientId, 12.34);

    const { body } = await kay.call('GET /profile');

    const { user, ...fields } = body.data as Record<string, unknown>;
    assert.deepEqual(user, fields);
    assert.deepEqual(Object.keys(fields), [
      'id', 'name', 'email', 'wallet_address', 'payment_wallet_address', 'balance', 'created_at',
    ]); // prettier-ignore
    assert.deepEqual([fields['balance'], fields['payment_wallet_address']], [12.34, null]);
  });

  it('changes name and payment wallet, and nothing else', async () => {
    const kay = await orbitClient(app, { name: 'Kay Doe' });
    const wallet = newWallet().address;

    const named = await kay.call('PATCH /profile', {
      name: ' Ada  King Lovelace ',
      email: 'x@example.com',
      balance: 99,
      id: 7,
    });
    const paying = await kay.call('PATCH /profile', { payment_wallet: wallet });
    const cleared = await kay.call('PATCH /profile', { payment_wallet_address: null });

    assert.deepEqual(
      [named.body.data.name, named.body.data.email, named.body.data.balance],
      ['Ada King Lovelace', null, 0],
    );
    assert.deepEqual(
      [paying.body.data.user.payment_wallet_address, paying.body.data.name],
      [wallet, 'Ada King Lovelace'],
    );
    assert.equal(cleared.body.data.payment_wallet_address, null);
    assert.equal(cleared.body.data.wallet_address, kay.wallet.address);
  });

  it('refuses nothing, an empty or long name, and what is no wallet', async () => {
    const kay = await orbitClient(app);

    const answers = await Promise.all(
      [{}, { email: 'x@example.com' }, { name: '' }, { name: 'x'.repeat(256) }, { payment_wallet_address: 'nope' }].map(
        (body) => kay.call('PATCH /profile', body),
      ),
    );

    for (const { status, body } of answers) assert.deepEqual([status, body.error], [422, 'validation_failed']);
  });

  it('tells the balance with its currency', async () => {
    const kay = await orbitClient(app);
    await addFunds(app, kay.clientId, 0.1);
    await addFunds(app, kay.clientId, 0.2);

    assert.deepEqual((await kay.call('GET /profile/balance')).body.data, { balance: 0.3, currency: 'USD' });
  });
});
