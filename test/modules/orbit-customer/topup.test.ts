import assert from 'node:assert/strict';
import { sign } from 'node:crypto';
import { getCompiledTransactionMessageDecoder, getTransactionDecoder } from '@solana/kit';
import { admin, useApp } from '../../support/app.ts';
import { addFunds, newWallet, orbitClient, type OrbitClient, type TestWallet } from '../../support/build/orbit.ts';
import { BLOCKHASH, startChainNode, type ChainNodeStub } from '../../support/chain-node.ts';

/** With the wallet's signature in its place. */
function signed(transaction: string, { privateKey }: Pick<TestWallet, 'privateKey'>): string {
  const bytes = Buffer.from(transaction, 'base64');
  sign(null, bytes.subarray(65), privateKey).copy(bytes, 1);
  return bytes.toString('base64');
}

describe('top-up', () => {
  const app = useApp({ install: ['orbit-customer'] });
  const destination = newWallet().address;
  let node: ChainNodeStub;
  beforeEach(async () => {
    node = await startChainNode();
    await configure({});
  });
  afterEach(() => node.stop());

  const configure = (more: object) =>
    app.call(admin, 'extension/config_save', {
      ext: 'mod_orbit-customer',
      solana_rpc_url: node.url,
      destination_wallet: destination,
      confirm_wait_seconds: 0,
      confirm_poll_ms: 10,
      ...more,
    });

  async function prepared(amount: number | string = 25.5) {
    const kay = await orbitClient(app);
    const { body, status } = await kay.call('POST /topup/prepare', { amount, wallet_address: kay.wallet.address });
    assert.equal(status, 200, JSON.stringify(body));
    const data = body.data as { transaction: string; memo: string };
    const confirm = (change: object = {}, who: OrbitClient = kay) =>
      who.call('POST /topup/confirm', {
        transaction: signed(data.transaction, kay.wallet),
        wallet_address: kay.wallet.address,
        amount,
        ...change,
      });
    return { kay, data, confirm, body };
  }
  const balance = async (kay: OrbitClient) => (await kay.call('GET /profile/balance')).body.data.balance as number;

  it('prepares an unsigned transfer with a memo', async () => {
    const { kay, data, body } = await prepared();

    assert.deepEqual(
      { ...body.data, transaction: '', memo: '' },
      {
        transaction: '',
        memo: '',
        amount_usdc: 25.5,
        amount_micro_usdc: 25_500_000,
        destination_wallet: destination,
        blockhash: BLOCKHASH,
        last_valid_block_height: 150,
      },
    );
    assert.match(data.memo, new RegExp(`^TopUp:${kay.clientId}:\\d+$`));
    const bytes = Buffer.from(data.transaction, 'base64');
    assert.ok(bytes.subarray(1, 65).every((byte) => byte === 0));
    const { messageBytes, signatures } = getTransactionDecoder().decode(bytes);
    assert.deepEqual(Object.keys(signatures), [kay.wallet.address]);
    const message = getCompiledTransactionMessageDecoder().decode(messageBytes);
    assert.ok('instructions' in message);
    const [memo, transfer] = message.instructions;
    assert.equal(message.header.numSignerAccounts, 1);
    assert.equal(Buffer.from(memo?.data ?? []).toString(), data.memo);
    const wire = Buffer.from(transfer?.data ?? []);
    assert.deepEqual([wire[0], wire.readBigUInt64LE(1), wire[9]], [12, 25_500_000n, 6]);
  });

  it('gives each of two at once a memo of its own', async () => {
    const kay = await orbitClient(app);
    const prepare = () => kay.call('POST /topup/prepare', { amount: 5, wallet_address: kay.wallet.address });

    const [one, other] = await Promise.all([prepare(), prepare()]);

    assert.deepEqual([one.status, other.status], [200, 200]);
    assert.notEqual(one.body.data.memo, other.body.data.memo);
  });

  it('credits a confirmed transfer with an invoice, once', async () => {
    const { kay, confirm } = await prepared();

    const first = await confirm();
    const again = await confirm();

    assert.equal(first.status, 200, JSON.stringify(first.body));
    const { amount_credited, invoice_reference, transaction_signature } = first.body.data;
    assert.deepEqual([first.body.data.balance, amount_credited], [25.5, 25.5]);
    assert.ok(node.taken.has(transaction_signature as string));
    assert.deepEqual(again.body, first.body);
    assert.equal(node.broadcasts, 1);
    const invoice = await kay.call(`GET /invoices/${invoice_reference}`);
    const { type, status, billing_total, payments } = invoice.body.data;
    assert.deepEqual([type, status, billing_total], ['topup', 'paid', 25.5]);
    assert.deepEqual([payments[0].transaction_id, payments[0].gateway], [transaction_signature, 'solana']);
    assert.deepEqual(await app.app.examine(), []);
  });

  it('credits once when it is confirmed several times at once', async () => {
    const { kay, confirm } = await prepared();

    const answers = await Promise.all([confirm(), confirm(), confirm()]);

    for (const { status } of answers) assert.equal(status, 200);
    assert.equal(await balance(kay), 25.5);
    assert.equal((await app.app.database.knex('invoice')).length, 1);
  });

  it('refuses what is not exactly what was prepared', async () => {
    const { kay, data, confirm } = await prepared();
    const eve = await orbitClient(app);
    const tampered = Buffer.from(data.transaction, 'base64');
    tampered[tampered.length - 3] = 255;

    const answers: [string, Awaited<ReturnType<typeof confirm>>][] = [
      ['transaction', await confirm({ transaction: 'nonsense' })],
      ['transaction', await confirm({ transaction: data.transaction })],
      ['transaction', await confirm({ transaction: signed(data.transaction, eve.wallet) })],
      ['transaction', await confirm({ transaction: signed(tampered.toString('base64'), kay.wallet) })],
      ['transaction', await confirm({}, eve)],
      ['amount', await confirm({ amount: 26 })],
      ['amount', await confirm({ amount: 4 })],
      ['wallet_address', await confirm({ wallet_address: eve.wallet.address })],
    ];

    for (const [field, { status, body }] of answers)
      assert.deepEqual([status, Object.keys(body.errors)], [422, [field]]);
    assert.equal(node.broadcasts, 0);
    assert.equal(await balance(kay), 0);
  });

  for (const [mood, status, word] of [
    ['failing', 422, 'transaction_failed'],
    ['expired', 422, 'transaction_expired'],
    ['broken', 502, 'upstream_error'],
    ['slow', 504, 'confirmation_timeout'],
  ] as const) {
    it(`answers ${status} when the chain is ${mood}, credits nothing, and may be asked again`, async () => {
      const { kay, confirm } = await prepared();
      node.mood = mood;

      const answer = await confirm();

      assert.deepEqual([answer.status, answer.body.error], [status, word]);
      assert.equal(await balance(kay), 0);
      node.mood = 'well';
      assert.equal((await confirm()).status, 200);
      assert.equal(await balance(kay), 25.5);
    });
  }

  it('believes the chain and not the caller', async () => {
    const other = await prepared(5);
    await other.confirm();
    const { kay, confirm } = await prepared(9000);
    node.mood = 'lying';

    const { status, body } = await confirm();

    assert.deepEqual([status, body.error], [422, 'transaction_failed']);
    assert.equal(await balance(kay), 0);
  });

  it('takes amounts from 5 to 10,000 with six decimals at most, numbers or text', async () => {
    const kay = await orbitClient(app);
    const prepare = (amount: unknown) =>
      kay.call('POST /topup/prepare', { amount, wallet_address: kay.wallet.address });

    const wrong = await Promise.all(
      [4.999999, 10000.000001, '5.1234567', 'five', -5, 0, null, undefined, '1e2'].map(prepare),
    );
    const right = [await prepare('5'), await prepare(10000), await prepare('5.123456')];

    for (const { status, body } of wrong) assert.deepEqual([status, Object.keys(body.errors)], [422, ['amount']]);
    assert.deepEqual(
      right.map(({ body }) => body.data.amount_micro_usdc as number),
      [5_000_000, 10_000_000_000, 5_123_456],
    );
  });

  it('is not there without a node', async () => {
    const { confirm, kay } = await prepared();
    await configure({ solana_rpc_url: '' });

    const answers = [
      await confirm(),
      await kay.call('POST /topup/prepare', { amount: 5, wallet_address: kay.wallet.address }),
    ];

    for (const { status, body } of answers) assert.deepEqual([status, body.error], [503, 'topup_unavailable']);
  });

  it('tells every movement of the balance, which add up to it', async () => {
    const { kay, confirm } = await prepared(10);
    await confirm();
    await addFunds(app, kay.clientId, 3);
    await addFunds(app, kay.clientId, -1.5);
    const { list } = await app.call<{ list: { id: number }[] }>(admin, 'client/balance_get_list', {
      client_id: kay.clientId,
    });
    await app.call(admin, 'client/balance_delete', { id: list[1]?.id });

    const { body } = await kay.call('GET /topup/history');
    const credits = await kay.call('GET /topup/history?type=credit&per_page=1');

    const history = body.data.history as {
      type: string;
      amount: number;
      invoice_reference: string | null;
      transaction_signature: string | null;
    }[];
    const sum = history.reduce((total, { type, amount }) => total + (type === 'credit' ? amount : -amount), 0);
    assert.equal(sum, await balance(kay));
    assert.ok(history.every(({ amount }) => amount > 0));
    assert.ok(history.at(-1)?.transaction_signature && history.at(-1)?.invoice_reference);
    assert.deepEqual(credits.body.data.pagination, { current_page: 1, per_page: 1, total: 2, last_page: 2 });
  });
});
