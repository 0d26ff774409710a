import assert from 'node:assert/strict';
import { before } from '#core/listener';
import { conflict } from '#core/error';
import { defineModule } from '#core/module';
import { clientBeingRemoved, clientChangingCurrency, clientService } from '#modules/client/contract';
import { admin, guest, useApp } from '../../support/app.ts';
import {
  buildClient,
  linkIn,
  modules,
  newEmail,
  NEXT_PASSWORD,
  PASSWORD,
  see,
  signUp,
} from '../../support/build/client.ts';
import { buildStaff } from '../../support/build/staff.ts';

interface Page {
  readonly total: number;
  readonly list: readonly { readonly id: number; readonly email: string }[];
}

describe('what staff do to clients', () => {
  const app = useApp({ modules });
  const ids = async (filter: object): Promise<number[]> =>
    (await app.call<Page>(admin, 'client/get_list', filter)).list.map(({ id }) => id);

  it('creates a client and answers the id as text', async () => {
    const sent = { email: newEmail(), first_name: 'ada', password: PASSWORD, created_at: '2024-01-03 10:00:00' };

    const id = await app.call<string>(admin, 'client/create', sent);

    assert.equal(typeof id, 'string');
    const ada = await see(app, Number(id));
    assert.deepEqual([ada['first_name'], ada['created_at'], ada['group_id']], ['Ada', '2024-01-03 10:00:00', null]);
  });

  it('welcomes a new client with a link to choose a password', async () => {
    const email = newEmail();
    await app.call(admin, 'client/create', { email, first_name: 'Ada' });
    const hash = await linkIn(app, 'client/reset-password-confirm');

    const passwords = { password: NEXT_PASSWORD, password_confirm: NEXT_PASSWORD };
    await app.call(guest, 'client/update_password', { hash, ...passwords });

    await app.call(guest, 'client/login', { email, password: NEXT_PASSWORD });
  });

  it('refuses to create what cannot be', async () => {
    const create = async (fields: object): Promise<string> =>
      (await app.refusal(admin, 'client/create', { email: newEmail(), first_name: 'Ada', ...fields })).message;

    assert.equal(await create({ send_welcome_email: 0 }), 'A password is required when the welcome email is disabled.');
    assert.equal(await create({ status: 'suspended' }), 'Welcome email can only be sent for active clients.');
    assert.equal(await create({ group_id: 999 }), 'Client group not found');
    assert.equal(await create({ group_id: 'x' }), 'Invalid client group ID: x');
    await create({ status: 'emperor' });
  });

  it('changes what is sent and nothing else', async () => {
    const { id } = await buildClient(app, { city: 'Bern', last_name: 'Doe', tax_exempt: true });
    await app.call(admin, 'client/update', { id, tax_exempt: 1, email_approved: '1' });

    await app.call(admin, 'client/update', { id, last_name: '', group_id: 1 });

    const { city, last_name, tax_exempt, email_approved, client_group, group } = await see(app, id);
    assert.deepEqual(
      { city, last_name, tax_exempt, email_approved, client_group, group },
      {
        city: 'Bern',
        last_name: '',
        tax_exempt: true,
        email_approved: true,
        client_group: { id: 1, title: 'Default' },
        group: 'Default',
      },
    );
  });

  it('removes a client with all that is its own', async () => {
    const { id, caller } = await buildClient(app, { currency: 'USD' });
    await app.call(admin, 'client/balance_add_funds', { id, amount: 5, description: 'Gift' });

    await app.call(admin, 'client/delete', { id });

    assert.equal((await app.refusal(caller, 'profile/get')).code, 204);
    assert.equal((await app.refusal(admin, 'client/get', { id })).message, 'Client not found');
    for (const table of ['client_balance', 'activity_client_history', 'client_password_reset'])
      assert.equal((await app.app.database.knex(table).where({ client_id: id })).length, 0);
  });

  it('stops removing at the first client that is not there', async () => {
    const [one, two] = [await buildClient(app), await buildClient(app)];

    await app.refusal(admin, 'client/batch_delete', { ids: [one.id, 999, two.id] });

    assert.deepEqual(await ids({}), [two.id]);
  });

  it('finds clients by each filter, newest first', async () => {
    const ada = await buildClient(app, {
      first_name: 'Ada',
      company: 'Engines Ltd',
      aid: 'X-1',
      created_at: '2024-01-01',
    });
    const bob = await buildClient(app, { first_name: 'Bob', group_id: 1, created_at: '2024-02-01 23:30:00' });

    assert.deepEqual(await ids({}), [bob.id, ada.id]);
    assert.deepEqual(await ids({ id: 'X-1' }), [ada.id]);
    assert.deepEqual(await ids({ id: String(bob.id) }), [bob.id]);
    assert.deepEqual(await ids({ name: 'AD' }), [ada.id]);
    assert.deepEqual(await ids({ company: 'engines' }), [ada.id]);
    assert.deepEqual(await ids({ email: bob.email.toUpperCase() }), [bob.id]);
    assert.deepEqual(await ids({ group_id: 1 }), [bob.id]);
    assert.deepEqual(await ids({ group_id: '' }), [bob.id, ada.id]);
    assert.deepEqual(await ids({ status: 'suspended' }), []);
    assert.deepEqual(await ids({ created_at: '2024-02-01' }), [bob.id]);
    assert.deepEqual(await ids({ date_to: '2024-01-31' }), [ada.id]);
    assert.deepEqual(await ids({ date_from: '2024-01-02' }), [bob.id]);
    assert.deepEqual(await ids({ search: 'engines' }), [ada.id]);
    assert.deepEqual(await ids({ search: String(ada.id) }), [ada.id]);
    assert.deepEqual(await ids({ search: "x' OR '1'='1" }), []);
  });

  it('names clients for a choice', async () => {
    const { id } = await buildClient(app, { first_name: 'Ada', last_name: 'Doe', company: 'Engines' });

    assert.deepEqual(await app.call(admin, 'client/get_pairs'), { [id]: 'Ada Doe (Engines)' });
    assert.equal((await app.refusal(admin, 'client/get_pairs', { per_page: 'x' })).message, 'Invalid per page number');
  });

  it('shows the API key only to those who may manage them', async () => {
    const { id } = await buildClient(app);
    const { caller } = await buildStaff(app, { permissions: { client: { access: 1, view: 1 } } });

    const seen = await app.call<object>(caller, 'client/get', { id });

    assert.ok(!('api_token' in seen));
    assert.match(String((await see(app, id))['api_token']), /^[A-Za-z0-9]{32}$/);
  });

  it('asks for a permission with each call', async () => {
    const { caller } = await buildStaff(app, { permissions: { client: { access: 1 } } });
    const calls: readonly (readonly [string, object, string])[] = [
      ['get_list', {}, 'view'],
      ['create', { email: 'a@example.com', first_name: 'A' }, 'create'],
      ['update', { id: 1 }, 'edit_profile'],
      ['delete', { id: 1 }, 'delete'],
      ['batch_delete', { ids: [1] }, 'bulk_delete'],
      ['change_password', { id: 1, password: 'x', password_confirm: 'x' }, 'change_password'],
      ['balance_add_funds', { id: 1, amount: 1, description: 'x' }, 'manage_balance'],
      ['balance_delete', { id: 1 }, 'manage_balance'],
      ['login_history_get_list', {}, 'view_login_history'],
      ['group_create', { title: 'x' }, 'manage_groups'],
      ['export_csv', {}, 'export'],
    ];

    for (const [method, params, key] of calls) {
      const { message } = await app.refusal(caller, `client/${method}`, params);
      assert.equal(message, `You need the "client.${key}" permission to perform this action`);
    }
  });

  it('is for staff', async () => {
    const { id, caller } = await buildClient(app);
    const asClient = { role: 'admin', token: caller.token ?? '' } as const;

    assert.equal((await app.refusal(asClient, 'client/get', { id })).code, 205);
    assert.equal((await app.refusal({ role: 'admin' }, 'client/get', { id })).code, 201);
  });

  it('writes all clients to a file without secrets, and without formulas', async () => {
    await buildClient(app, { first_name: '=cmd()', company: 'A "B", C' });

    const { text, headers } = await app
      .request('post', '/api/admin/client/export_csv')
      .auth('admin', admin.token ?? '')
      .send({ headers: ['first_name', 'pass', 'company', 'api_token', 'nonsense', 'birthday'] });

    assert.match(String(headers['content-type']), /text\/csv/);
    assert.equal(text, `first_name,company,birthday\n'=cmd(),"A ""B"", C",\n`);
  });

  it('keeps a group that clients are in', async () => {
    const id = await app.call<number>(admin, 'client/group_create', { title: 'Partners' });
    const member = await buildClient(app, { group_id: id });

    const { message } = await app.refusal(admin, 'client/group_delete', { id });

    assert.equal(message, 'Group has clients assigned. Please reassign them first.');
    await app.call(admin, 'client/update', { id: member.id, client_group_id: '' });
    await app.call(admin, 'client/group_delete', { id });
  });

  it('lets one of two clients have an address', async () => {
    const [one, two] = [await buildClient(app), await buildClient(app)];
    const email = newEmail();

    const answers = await Promise.all(
      [one, two].map(({ id }) =>
        app
          .request('post', '/api/admin/client/update')
          .auth('admin', admin.token ?? '')
          .send({ id, email }),
      ),
    );

    const errors = answers.map(({ body }) => (body as { error: { message: string } | null }).error?.message);
    assert.deepEqual(
      errors.filter((message) => message !== undefined),
      ['This email address is already registered.'],
    );
  });
});

describe('the clients that other modules are lent', () => {
  const app = useApp({ modules });

  it('are summed up in one query each, with no custom field that is not active', async () => {
    const id = await app.call<number>(guest, 'client/create', signUp({ custom_1: 'TX' }));
    const clients = app.app.service(clientService);

    const summaries = await clients.summaries(app.system(), [id, 999]);
    const forStaff = await clients.staffSummaries(app.system(), [id]);

    assert.deepEqual([...summaries.keys()], [id]);
    assert.equal('custom_1' in (summaries.get(id) ?? {}), false);
    assert.equal(forStaff.get(id)?.['custom_1'], 'TX');
    assert.deepEqual(await clients.searchIds(app.system(), 'ev', 10), [id]);
  });
});

describe('the hooks of clients', () => {
  const refuse = (word: string) => () => Promise.reject(conflict('keeper.refused', word));
  const keeper = defineModule({
    name: 'keeper',
    title: 'Keeper',
    version: '1.0.0',
    isEssential: true,
    migrations: [],
    setup: () => ({
      hooks: [before(clientBeingRemoved, refuse('Kept.')), before(clientChangingCurrency, refuse('Amounts are kept.'))],
    }),
  });
  const app = useApp({ modules: [...modules, keeper] });

  it('keep a client that another module needs', async () => {
    const { id } = await buildClient(app);

    assert.equal((await app.refusal(admin, 'client/delete', { id })).message, 'Kept.');
    await see(app, id);
  });

  it('keep the currency of a client, and are not asked about the same', async () => {
    const { id } = await buildClient(app, { currency: 'USD' });

    assert.equal((await app.refusal(admin, 'client/update', { id, currency: 'EUR' })).message, 'Amounts are kept.');
    await app.call(admin, 'client/update', { id, currency: 'USD', city: 'Bern' });
  });
});
