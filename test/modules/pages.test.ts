import assert from 'node:assert/strict';
import { listTables } from '#core/db/tables';
import { ADMIN, admin, useApp } from '../support/app.ts';
import { buildEverything, MARK, optionalModules, OWNER, type Everything } from '../support/build/everything.ts';
import { buildClient } from '../support/build/sale.ts';
import { buildStaff, PASSWORD } from '../support/build/staff.ts';
import { addressOf, isOpenTo, siteMenu, sitePages, type SitePage } from '../support/site-map.ts';
import { visit, type Answer, type Visitor } from '../support/visitor.ts';

/** Logs and traces, to which everybody adds. */
const LOGS = ['activity_client_email', 'activity_client_history', 'activity_system', 'email_queue', 'session'];
/** Anyone may ask for these of anyone. */
const ASKED_FOR = ['client_password_reset', 'client_email_confirmation'];
/** What every staff member has, with or without a group. */
const OWN = ['profile', 'dashboard'];
/** By the beginning, since the page repeats what was asked for. */
const SEARCH = `/admin/search?q=${MARK.slice(0, -1)}`;
/** Pages about one order or one letter. */
const ABOUT_ONE = /:(\w+_)?id\b/;
/** What is said of a form without its token. */
const FORGED = /This form is no longer valid/;
const ENTRY = /<li><a href="(\/admin[^"]*)"/g;

describe('every page and form of the site', function () {
  this.timeout(120_000);
  const app = useApp({ install: optionalModules });
  let of: Everything;
  beforeEach(async () => void (of = await buildEverything(app)));

  const pages = (method: string, ...roles: string[]): SitePage[] =>
    sitePages(app.app).filter((page) => page.method === method && roles.includes(page.role));
  const open = (visitor: Visitor, page: SitePage): Promise<Answer> => visitor.get(addressOf(page, of.filling));
  /** Sends the form with the token of a page that this visitor has, and the client's data by every name there is. */
  async function send(visitor: Visitor, page: SitePage, from: string): Promise<Answer> {
    const answer = await visitor.submit(from, addressOf(page, of.filling), fields());
    assert.doesNotMatch(answer.text, FORGED, page.path);
    return answer;
  }
  const fields = (): Record<string, string> => ({
    ...named(of.filling),
    id: String(of.clientId),
    email: OWNER.email,
    password: 'Wrong-Horse-8',
    password_confirm: 'Wrong-Horse-8',
    amount: '1',
    status: 'canceled',
    reason: 'Because',
    title: 'Taken',
    message: 'Taken',
    name: 'Taken',
  });

  async function signedIn(role: 'client' | 'admin', email: string, password = PASSWORD): Promise<Visitor> {
    const visitor = visit(app);
    const { status } = await visitor.signIn(role, { email, password });
    assert.equal(status, 303);
    return visitor;
  }
  const owner = (): Promise<Visitor> => signedIn('client', OWNER.email, OWNER.password);
  const panel = (): Promise<Visitor> => signedIn('admin', ADMIN.email, ADMIN.password);
  async function stranger(): Promise<() => Promise<Visitor>> {
    const email = 'stranger@example.com';
    await buildClient(app, { email, password: PASSWORD });
    return () => signedIn('client', email);
  }

  /** All rows of the database, but for those that everybody adds to. */
  async function contents(but: readonly string[] = []): Promise<Record<string, unknown>> {
    const db = app.app.database.knex;
    const tables = (await listTables(db)).filter((table) => ![...LOGS, ...but].includes(table));
    const found: Record<string, unknown> = {};
    for (const table of tables) found[table] = await db(table);
    return found;
  }

  /** Every row of the client, in every table that has clients. */
  async function belongings(): Promise<Record<string, unknown>> {
    const db = app.app.database.knex;
    const found: Record<string, unknown> = { client: await db('client').where({ id: of.clientId }) };
    for (const table of await listTables(db)) {
      if ([...LOGS, ...ASKED_FOR].includes(table) || !(await db.schema.hasColumn(table, 'client_id'))) continue;
      found[table] = await db(table).where({ client_id: of.clientId });
    }
    return found;
  }

  function checkHidden(page: SitePage, { status, text, headers }: Answer): void {
    assert.ok(status < 500, `${page.method} ${page.path} answers ${status}`);
    const isFile = status === 200 && !/^text\//.test(headers['content-type'] ?? '');
    assert.ok(!isFile, `${page.method} ${page.path} gives a file`);
    assert.ok(!text.includes(MARK), `${page.method} ${page.path} shows the client: ${around(text)}`);
  }

  it('ends this test when nobody knows what its parameters stand for', () => {
    assert.throws(
      () => addressOf({ method: 'GET', path: '/admin/order/manage/:unheard' }, of.filling),
      /Nobody knows what :unheard is in GET \/admin\/order\/manage\/:unheard/,
    );
  });

  describe('for who may see it', () => {
    it('opens to the client it is about', async () => {
      const visitor = await owner();

      for (const page of pages('GET', 'guest', 'client')) {
        const { status, text } = await open(visitor, page);
        assert.ok(status < 500, `${page.path} answers ${status}`);
        if (page.role === 'client') assert.ok(status < 400, `${page.path} answers ${status}`);
        // What strangers must not see is there to be seen.
        if (page.role === 'client' && page.hasView && ABOUT_ONE.test(page.path))
          assert.ok(text.includes(MARK), `${page.path} does not show the client's own`);
      }
    });

    it('opens to who may do everything', async () => {
      const visitor = await panel();

      for (const page of pages('GET', 'admin')) {
        const { status } = await open(visitor, page);
        assert.ok(status < 400, `${page.path} answers ${status}`);
      }
    });

    it('is where the menus lead', async () => {
      const [shop, client, staff] = [visit(app), await owner(), await panel()];

      for (const { role, href } of siteMenu(app.app)) {
        const { status } = await { guest: shop, client, admin: staff }[role].get(href);
        assert.deepEqual([href, status], [href, 200]);
      }
    });
  });

  describe('for strangers', () => {
    it('shows guests nothing of a client', async () => {
      for (const page of pages('GET', 'guest', 'client', 'admin')) {
        const answer = await open(visit(app), page);

        checkHidden(page, answer);
        if (page.role !== 'guest') {
          const login = page.role === 'admin' ? '/admin/login' : '/login';
          assert.deepEqual(
            [page.path, answer.status, answer.headers['location']?.split('?')[0]],
            [page.path, 303, login],
          );
        }
      }
    });

    it('shows another client nothing, and nothing of the panel', async () => {
      const visitor = await (await stranger())();

      for (const page of pages('GET', 'guest', 'client', 'admin')) {
        if (/^(\/admin)?\/logout$/.test(page.path)) continue;
        const answer = await open(visitor, page);

        checkHidden(page, answer);
        if (page.role === 'admin') assert.match(answer.headers['location'] ?? '', /^\/admin\/login/, page.path);
      }
    });

    it('takes nothing from guests that is for others', async () => {
      const before = await contents();

      for (const page of pages('POST', 'client', 'admin')) {
        const { status, headers } = await send(visit(app), page, '/login');
        const login = page.role === 'admin' ? '/admin/login' : '/login';
        assert.deepEqual([page.path, status, headers['location']], [page.path, 303, login]);
      }

      assert.deepEqual(await contents(), before);
    });

    it('lets guests change nothing of a client by what is for them', async () => {
      const before = await belongings();

      for (const page of pages('POST', 'guest')) checkHidden(page, await send(visit(app), page, '/login'));

      assert.deepEqual(await belongings(), before);
    });

    it('lets another client change nothing of it', async () => {
      const enter = await stranger();
      const before = await belongings();
      let visitor = await enter();

      for (const page of pages('POST', 'guest', 'client', 'admin')) {
        // Some of the forms end the session, and each is to be sent by somebody who is signed in.
        if ((await visitor.get('/client/security')).status !== 200) visitor = await enter();
        checkHidden(page, await send(visitor, page, '/client/security'));
      }

      assert.deepEqual(await belongings(), before);
    });
  });

  it('takes no form without its token, whoever sends it', async () => {
    const [client, staff] = [await owner(), await panel()];
    const before = await contents();

    for (const page of pages('POST', 'guest', 'client', 'admin')) {
      const visitor = page.role === 'admin' ? staff : page.role === 'client' ? client : visit(app);
      const { status, text } = await visitor.post(addressOf(page, of.filling), fields());
      assert.deepEqual([page.path, status, FORGED.test(text)], [page.path, 403, true]);
    }

    assert.deepEqual(await contents(), before);
  });

  describe('for staff', () => {
    const hasOf = async (visitor: Visitor): Promise<string[]> => {
      const { text } = await visitor.get('/admin');
      const menu = text.split('id="panel-menu"')[1]?.split('</nav>')[0] ?? '';
      return [...menu.matchAll(ENTRY)].map(([, href = '']) => href).filter((href) => href !== '/admin');
    };

    it('is closed to who has no rights, but for the own account', async () => {
      const { email } = await buildStaff(app);
      const visitor = await signedIn('admin', email);
      const before = await contents();

      for (const page of pages('GET', 'admin')) {
        const answer = await open(visitor, page);
        checkHidden(page, answer);
        if (!OWN.includes(page.module)) assert.deepEqual([page.path, answer.status], [page.path, 403]);
      }
      for (const page of pages('POST', 'admin')) {
        if (OWN.includes(page.module)) continue;
        const { status } = await send(visitor, page, '/admin/profile');
        assert.deepEqual([page.path, status], [page.path, 403]);
      }

      checkHidden(pageOf('/admin/search'), await visitor.get(SEARCH));
      assert.deepEqual(await hasOf(visitor), ['/admin/profile']);
      assert.deepEqual(await contents(), before);
    });

    it('shows who keeps the catalogue nothing of a client', async () => {
      const all = (name: string) => Object.fromEntries([['access', true], ...keysOf(name).map((key) => [key, true])]);
      const names = ['product', 'currency', 'formbuilder', 'notification', 'cron', 'extension', 'system', 'antispam'];
      const { email } = await buildStaff(app, {
        permissions: Object.fromEntries(names.map((name) => [name, all(name)])),
      });
      const visitor = await signedIn('admin', email);

      for (const page of pages('GET', 'admin')) checkHidden(page, await open(visitor, page));

      checkHidden(pageOf('/admin/search'), await visitor.get(SEARCH));
    });

    it('opens by each permission the pages that ask for it and no other', async () => {
      const { email, groupId } = await buildStaff(app);
      const visitor = await signedIn('admin', email);
      const entries = siteMenu(app.app).filter(({ role }) => role === 'admin');

      for (const { module } of app.app.catalog.active()) {
        for (const key of ['access', ...keysOf(module.name)]) {
          const rights = { [module.name]: { access: true, [key]: true } };
          await app.call(admin, 'staff/group_update', { id: groupId, permissions: rights });

          for (const page of pages('GET', 'admin')) {
            if (page.module !== module.name || isOpenTo(rights, page)) continue;
            assert.deepEqual([key, page.path, (await open(visitor, page)).status], [key, page.path, 403]);
          }
          const visible = entries.filter(({ module, permission }) =>
            isOpenTo(rights, { module, keys: permission === undefined ? [] : [permission] }),
          );
          assert.deepEqual((await hasOf(visitor)).sort(), visible.map(({ href }) => href).sort());
          for (const { href } of visible)
            assert.deepEqual([key, href, (await visitor.get(href)).status], [key, href, 200]);
        }
      }
    });
  });

  const keysOf = (name: string): string[] =>
    Object.keys(app.app.catalog.active().find(({ module }) => module.name === name)?.module.permissions ?? {});
  const pageOf = (path: string): SitePage => {
    const page = sitePages(app.app).find((one) => one.method === 'GET' && one.path === path);
    assert.ok(page, path);
    return page;
  };
});

/** Values by the names of the parameters alone, as forms have them. */
const named = (filling: Everything['filling']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filling)
      .filter(([name]) => name.startsWith(':'))
      .map(([name, value]) => [name.slice(1), String(value)]),
  );

const around = (text: string): string => text.slice(Math.max(0, text.indexOf(MARK) - 200), text.indexOf(MARK) + 100);
