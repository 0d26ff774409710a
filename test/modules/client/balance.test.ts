import assert from 'node:assert/strict';
import { atomic } from '#core/context';
import { money } from '#core/money';
import { balanceService } from '#modules/client/contract';
import { admin, useApp, type Caller } from '../../support/app.ts';
import { buildClient, modules, see } from '../../support/build/client.ts';

interface Lines {
  readonly total: number;
  readonly list: readonly { readonly id: number; readonly amount: string; readonly description: string }[];
}

describe('the balance of a client', () => {
  const app = useApp({ modules });
  const add = (id: number, amount: unknown, description = 'Gift') =>
    app.call(admin, 'client/balance_add_funds', { id, amount, description });
  const amounts = async (who: Caller, filter: object = {}): Promise<string[]> =>
    (await app.call<Lines>(who, 'client/balance_get_list', filter)).list.map(({ amount }) => amount);

  it('is the exact sum of its lines', async () => {
    const { id, caller } = await buildClient(app, { currency: 'USD' });

    for (const amount of ['0.1', 0.2, '-0.30', 12.34]) await add(id, amount);

    assert.equal(await app.call(caller, 'client/balance_get_total'), 12.34);
    assert.deepEqual(await amounts(caller), ['12.34', '-0.30', '0.20', '0.10']);
    assert.equal((await see(app, id)).balance, 12.34);
  });

  it('has as many decimals as its currency', async () => {
    const { id, caller } = await buildClient(app, { currency: 'JPY' });

    await add(id, '1500');

    assert.deepEqual(await amounts(caller), ['1500']);
  });

  it('hides a deleted line and keeps the ledger', async () => {
    const { id, caller } = await buildClient(app, { currency: 'USD' });
    await add(id, 5);
    await add(id, 7);
    const ledger = () => app.app.database.knex('client_balance').orderBy('id');
    const before = await ledger();

    await app.call(admin, 'client/balance_delete', { id: before[0]?.id });

    assert.deepEqual(await amounts(caller), ['7.00']);
    assert.equal(await app.call(caller, 'client/balance_get_total'), 7);
    const after = await ledger();
    assert.deepEqual(after.slice(0, 2), before);
    assert.equal(after.length, 3);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('takes a line back once, of two at the same moment as well', async () => {
    const { id, caller } = await buildClient(app, { currency: 'USD' });
    await add(id, 5);
    const line = (await app.call<Lines>(caller, 'client/balance_get_list')).list[0]?.id;

    const answers = await Promise.all(
      [1, 2].map(() =>
        app
          .request('post', '/api/admin/client/balance_delete')
          .auth('admin', admin.token ?? '')
          .send({ id: line }),
      ),
    );

    const results = answers.map(({ body }) => (body as { result: unknown }).result);
    assert.equal(results.filter((result) => result === true).length, 1);
    assert.equal(await app.call(caller, 'client/balance_get_total'), 0);
    const { message } = await app.refusal(admin, 'client/balance_delete', { id: line });
    assert.equal(message, 'Balance line not found');
  });

  it('books an invoice line once', async () => {
    const { id } = await buildClient(app, { currency: 'USD' });
    const balances = app.app.service(balanceService);
    const line = { clientId: id, amount: money(-500, 'USD'), description: 'Paid', type: 'invoice', invoiceItemId: 9 };
    const book = () => atomic(app.system(), (tx) => balances.book(tx, line));

    assert.ok(await book());
    assert.equal(await book(), undefined);

    assert.deepEqual(await balances.balanceOf(app.system(), id), money(-500, 'USD'));
  });

  it('is not spent twice by two who lock it', async () => {
    const { id, caller } = await buildClient(app, { currency: 'USD' });
    await add(id, 10);
    const balances = app.app.service(balanceService);
    const spend = () =>
      atomic(app.system(), async (tx) => {
        const left = await balances.lockBalance(tx, id);
        if (left === undefined || left.amount < 1000) return;
        await balances.book(tx, { clientId: id, amount: money(-1000, 'USD'), description: 'Spent', type: 'invoice' });
      });

    await Promise.all([spend(), spend(), spend()]);

    assert.equal(await app.call(caller, 'client/balance_get_total'), 0);
  });

  it('shows clients nothing of others, whatever they ask for', async () => {
    const [one, two] = [await buildClient(app, { currency: 'USD' }), await buildClient(app, { currency: 'USD' })];
    await add(one.id, 5);

    assert.deepEqual(await amounts(two.caller, { client_id: one.id }), []);
    assert.deepEqual(await amounts(two.caller, { id: 1 }), []);
    assert.equal(await app.call(two.caller, 'client/balance_get_total'), 0);
  });

  it('lists a span of time', async () => {
    const { id } = await buildClient(app, { currency: 'USD' });
    app.clock.set('2026-01-10T12:00:00Z');
    await add(id, 1);
    app.clock.set('2026-01-20T12:00:00Z');
    await add(id, 2);

    assert.deepEqual(await amounts(admin, { client_id: id, date_from: '2026-01-15' }), ['2.00']);
    assert.deepEqual(await amounts(admin, { client_id: id, date_to: '2026-01-15' }), ['1.00']);
  });

  it('refuses what is no amount, and clients without currency', async () => {
    const { id } = await buildClient(app, { currency: 'USD' });
    const poor = await buildClient(app);
    const refused = async (params: object): Promise<string> =>
      (await app.refusal(admin, 'client/balance_add_funds', { id, description: 'x', ...params })).message;

    assert.equal(await refused({ amount: 'lots' }), 'Funds amount is invalid');
    assert.equal(await refused({ amount: '1e99' }), 'Funds amount is invalid');
    assert.equal(await refused({ amount: 5, id: 999 }), 'Client not found');
    assert.equal(
      await refused({ amount: 5, id: poor.id }),
      "You must define the client's currency before adding funds.",
    );
  });
});

describe('client/client/is_taxable', () => {
  const app = useApp({ modules });

  it('says yes only while tax is on and the client not exempt', async () => {
    const { id, caller } = await buildClient(app);

    assert.equal(await app.call(caller, 'client/is_taxable'), false);
    await app.call(admin, 'system/update_params', { tax_enabled: 1 });
    assert.equal(await app.call(caller, 'client/is_taxable'), true);
    await app.call(admin, 'client/update', { id, tax_exempt: 1 });
    assert.equal(await app.call(caller, 'client/is_taxable'), false);
  });
});
