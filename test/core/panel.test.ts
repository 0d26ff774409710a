import assert from 'node:assert/strict';
import { MENU_GROUPS } from '#core/web/page';
import { defineModule } from '#core/module';
import { money } from '#core/money';
import { useApp } from '../support/app.ts';
import { clients, keepers } from '../support/shelf.ts';
import { visit } from '../support/visitor.ts';

/** A staff member of the shelf may enter it, and no more. */
const desk = defineModule({
  name: 'shelf',
  title: 'Desk',
  version: '1.0.0',
  isEssential: true,
  permissions: { archive: 'See the archive.' },
  migrations: [],
  setup: () => ({
    menu: [
      { role: 'admin', title: 'Last', href: '/admin/last', order: 1, group: MENU_GROUPS[4] },
      { role: 'admin', title: 'First', href: '/admin/search', order: 9, group: MENU_GROUPS[0] },
      { role: 'admin', title: 'Loose', href: '/admin/loose', order: 1 },
      { role: 'admin', title: 'Secret', href: '/admin/secret', order: 2, permission: 'archive', group: 'clients' },
    ],
    search: [{ title: 'Books', permission: 'archive', find: () => Promise.resolve([]) }],
    widgets: [{ title: 'Shelves', permission: 'archive', order: 1, kind: 'rows', load: () => Promise.resolve([]) }],
  }),
});

describe('the panel', () => {
  const app = useApp({ modules: [clients, keepers, desk] });
  const signedIn = async () => {
    const visitor = visit(app);
    await visitor.signIn('admin');
    return visitor;
  };

  it('has its entries below their headings, those without one last', async () => {
    const { text } = await (await signedIn()).get('/admin');

    assert.match(text, /Clients<\/p>[^]*>First<[^]*System<\/p>[^]*>Last<[^]*>Loose<[^]*href="\/docs"/);
  });

  it('shows only entries that the staff member may enter', async () => {
    const { text } = await (await signedIn()).get('/admin');

    assert.doesNotMatch(text, /Secret|Sales<\/p>/);
  });

  it('marks where one is, also in what htmx puts in', async () => {
    const visitor = await signedIn();

    for (const headers of [{}, { 'HX-Request': 'true' }]) {
      const { text } = await visitor.get('/admin/search', headers);
      assert.match(text, /<a href="\/admin\/search" aria-current="page">First</);
    }
  });

  it('has no search and no cards for who may find and see nothing', async () => {
    const { text } = await (await signedIn()).get('/admin');

    assert.doesNotMatch(text, /role="search"|Shelves/);
  });

  it('shows guests the form to sign in and no menu', async () => {
    const { status, headers } = await visit(app).get('/admin');
    const { text } = await visit(app).get('/admin/login');

    assert.deepEqual([status, headers['location']], [303, '/admin/login?next=%2Fadmin']);
    assert.doesNotMatch(text, /panel-menu|First/);
  });
});

const asked: string[] = [];

/** Cards of each kind, one of which breaks, and a search that finds more than it was asked for. */
const counter = defineModule({
  name: 'shelf',
  title: 'Counter',
  version: '1.0.0',
  isEssential: true,
  migrations: [],
  permissions: { access: 'See it all.' },
  setup: () => ({
    search: [
      {
        title: 'Books',
        permission: 'access',
        find: (_ctx, text, limit) => {
          asked.push(text);
          const hit = (at: number) => ({ title: `<i>${text}</i>`, href: `/admin/book/${at}` });
          return Promise.resolve(text === 'none' ? [] : Array.from({ length: limit + 5 }, (_, at) => hit(at)));
        },
      },
    ],
    widgets: [
      { title: 'Broken', permission: 'access', order: 3, kind: 'rows', load: () => Promise.reject(new Error('loose')) },
      {
        title: 'Sales',
        permission: 'access',
        order: 2,
        kind: 'bars',
        load: () =>
          Promise.resolve([
            { day: new Date('2026-01-01T12:00:00Z'), amount: money(0, 'USD') },
            { day: new Date('2026-01-02T12:00:00Z'), amount: money(500, 'USD') },
          ]),
      },
      {
        title: 'Figures',
        permission: 'access',
        order: 1,
        kind: 'figures',
        load: () => Promise.resolve([{ title: 'Lost', value: 2, isTrouble: true }, { title: 'Fine', value: money(1999, 'USD') }]),
      },
    ],
  }),
}); // prettier-ignore

describe('the dashboard', () => {
  const app = useApp({ modules: [clients, keepers, counter] });

  it('shows cards in their order; one that breaks says so and leaves the others alone', async () => {
    const visitor = visit(app);
    await visitor.signIn('admin');

    const { status, text } = await visitor.get('/admin');

    assert.equal(status, 200);
    assert.match(text, /Figures[^]*Sales[^]*Broken[^]*This cannot be shown/);
    assert.match(text, /class="is-trouble">2</);
    assert.match(text, /\$19\.99/);
    assert.doesNotMatch(text, /loose/);
  });

  it('draws bars without a style and tells them as a table', async () => {
    const visitor = visit(app);
    await visitor.signIn('admin');

    const { text } = await visitor.get('/admin');

    assert.match(text, /<rect x="452" y="0" width="446" height="160"/);
    assert.match(text, /<td>Jan 2, 2026<\/td><td class="text-end">\$5\.00<\/td>/);
    assert.doesNotMatch(text, /\sstyle=/);
  });
});

describe('the search', () => {
  const app = useApp({ modules: [clients, keepers, counter] });
  const find = async (q: string) => {
    const visitor = visit(app);
    await visitor.signIn('admin');
    return (await visitor.get(`/admin/search?q=${encodeURIComponent(q)}`)).text;
  };

  it('shows what was found, escaped and no more than fits', async () => {
    const text = await find('<b>x');

    assert.match(text, /&lt;i&gt;&lt;b&gt;x&lt;\/i&gt;/);
    assert.equal(text.match(/\/admin\/book\//g)?.length, 8);
  });

  it('takes a number with its sign', async () => {
    asked.splice(0);

    await find(' #17 ');

    assert.deepEqual(asked, ['17']);
  });

  it('asks nobody about nothing', async () => {
    asked.splice(0);

    assert.match(await find('  '), /What are you looking for/);
    assert.deepEqual(asked, []);
  });

  it('says when nothing was found', async () => {
    assert.match(await find('none'), /Nothing was found/);
  });

  it('refuses more text than a name has', async () => {
    assert.doesNotMatch(await find('x'.repeat(101)), /\/admin\/book\//);
  });
});
