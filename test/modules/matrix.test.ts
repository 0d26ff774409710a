import assert from 'node:assert/strict';
import { listTables } from '#core/db/tables';
import type { OpenApi } from '#core/http/openapi';
import { admin, client, guest, useApp, type Caller } from '../support/app.ts';
import { buildClient, buildKey, tokenOf } from '../support/build/sale.ts';
import { buildInvoice, invoiceOf, pay } from '../support/build/invoice.ts';
import { buildStaff } from '../support/build/staff.ts';

/** In everything that belongs to the client nobody else may see. */
const MARK = 'Marigold';
/** What every staff member may do, with or without a group: look after the own account. */
const OWN_ACCOUNT = /^\/api\/admin\/profile\/(?!api_key_reset)/;

/** Logs and traces: what others do may add to them. */
const LOGS = ['activity_client_email', 'activity_client_history', 'activity_system', 'email_queue', 'session'];
/** Anyone may ask for these of anyone. */
const ASKED_FOR = ['client_password_reset', 'client_email_confirmation'];

describe('every endpoint of the API', function () {
  this.timeout(120_000);
  const app = useApp({ install: ['serviceapikey', 'notification'] });
  let ids: Record<string, unknown>;
  let own: number;

  /** A client with everything a client can have, and parameters that point at it by every name there is. */
  beforeEach(async () => {
    own = await buildClient(app, {
      first_name: MARK,
      last_name: MARK,
      email: `${MARK}@example.com`,
      city: MARK,
      notes: MARK,
    });
    const { orderId, key } = await buildKey(app, { clientId: own, config: { custom_note: MARK } });
    await app.call(admin, 'client/update', { id: own, currency: 'USD' });
    await app.call(admin, 'client/balance_add_funds', { id: own, amount: 5, description: MARK });
    for (const type of ['custom', 'license']) {
      const product_id = await app.call<number>(admin, 'product/prepare', { title: MARK, type });
      await app.call(admin, 'order/create', { client_id: own, product_id, activate: 1, config: { custom_note: MARK } });
    }
    await pay(app, await buildInvoice(app, { clientId: own }));
    const invoice = await buildInvoice(app, { clientId: own, items: [{ title: MARK, price: 3 }] });
    const { hash } = await invoiceOf(app, invoice);
    await app.call(admin, 'invoice/transaction_create', {
      invoice_id: invoice,
      gateway_id: 1,
      txn_id: MARK,
      note: MARK,
    });
    await app.call(admin, 'invoice/subscription_create', { client_id: own, gateway_id: 1, currency: 'USD', sid: MARK });
    await app.settle();
    ids = {
      invoice_id: invoice,
      invoice_hash: hash,
      hash,
      gateway_id: 1,
      sid: MARK,
      txn_id: MARK,
      id: own,
      ids: [own],
      client_id: own,
      order_id: orderId,
      admin_id: 1,
      group_id: 1,
      key,
      email: `${MARK.toLowerCase()}@example.com`,
      search: MARK,
      text: MARK,
      status: 'canceled',
      password: 'Wrong-Horse-8',
      password_confirm: 'Wrong-Horse-8',
      ext: 'mod_client',
      permissions: { client: { access: 1, view: 1 } },
    };
  });

  const paths = async (...roles: string[]): Promise<string[]> => {
    const { body } = await app.request('get', '/openapi.json');
    return Object.keys((body as OpenApi).paths).filter((path) =>
      roles.some((role) => path.startsWith(`/api/${role}/`)),
    );
  };
  const ask = async ({ role, token }: Caller, path: string) => {
    const test = app.request('post', path).send(ids);
    const { status, text } = await (token === undefined ? test : test.auth(role, token));
    return { status, text };
  };
  const errorOf = (text: string): number | undefined =>
    text.startsWith('{"result":null,"error":{')
      ? (JSON.parse(text) as { error: { code: number } }).error.code
      : undefined;

  /** Every row of that client, in every table that has clients. */
  async function belongings(): Promise<Record<string, unknown>> {
    const db = app.app.database.knex;
    const found: Record<string, unknown> = { client: await db('client').where({ id: own }) };
    for (const table of await listTables(db)) {
      if ([...LOGS, ...ASKED_FOR].includes(table) || !(await db.schema.hasColumn(table, 'client_id'))) continue;
      found[table] = await db(table).where({ client_id: own }).orderBy('id');
    }
    found['invoice_item'] = await db('invoice_item').where({ invoice_id: ids['invoice_id'] });
    return found;
  }

  it('of clients and staff is closed to guests', async () => {
    const before = await belongings();

    for (const path of await paths('client', 'admin')) {
      const { status, text } = await ask(guest, path);
      assert.deepEqual([path, status, errorOf(text)], [path, 401, 201]);
    }

    assert.deepEqual(await belongings(), before);
  });

  it('of guests shows them nothing of a client and changes nothing', async () => {
    const before = await belongings();

    for (const path of await paths('guest')) {
      const { text } = await ask(guest, path);
      assert.ok(path.endsWith('/get_info') || !text.includes(MARK), `${path} shows ${text}`); // who has the key may ask about it
    }

    assert.deepEqual(await belongings(), before);
  });

  it('of clients shows another client nothing and changes nothing', async () => {
    const stranger = client(await tokenOf(app, await buildClient(app)));
    const before = await belongings();

    for (const path of await paths('client')) {
      const { text } = await ask(stranger, path);
      assert.ok(!text.includes(MARK), `${path} shows ${text}`);
    }

    assert.deepEqual(await belongings(), before);
  });

  it('of staff is closed to clients, also to the one it is about', async () => {
    const token = await tokenOf(app, own);

    for (const path of await paths('admin')) {
      const { status } = await app.request('post', path).auth('client', token).send(ids);
      assert.deepEqual([path, status], [path, 401]);
    }
  });

  it('of staff is closed to a staff member without rights', async () => {
    const { caller: nobody } = await buildStaff(app);
    const before = await belongings();

    for (const path of await paths('admin')) {
      if (OWN_ACCOUNT.test(path)) continue;
      const { text } = await ask(nobody, path);
      assert.ok([725, 403, 715].includes(errorOf(text) ?? 0), `${path} answers ${text.slice(0, 200)}`);
    }

    assert.deepEqual(await belongings(), before);
  });
});
