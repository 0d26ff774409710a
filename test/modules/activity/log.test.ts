import assert from 'node:assert/strict';
import { DAY } from '#core/clock';
import { activity } from '#modules/activity/index';
import { email } from '#modules/email/index';
import { admin, ADMIN, guest, useApp } from '../../support/app.ts';
import { buildClient, modules, PASSWORD } from '../../support/build/client.ts';
import { buildStaff } from '../../support/build/staff.ts';

interface Line {
  readonly id: number;
  readonly priority: number;
  readonly message: string;
  readonly [field: string]: unknown;
}
interface Lines {
  readonly pages: number;
  readonly page: number;
  readonly total: number;
  readonly list: readonly Line[];
}

describe('activity: the log', () => {
  const app = useApp({ modules: [...modules, activity] });
  const log = (m: string, fields: object = {}): Promise<boolean> => app.call(admin, 'activity/log', { m, ...fields });
  const list = (filter: object = {}): Promise<Lines> => app.call(admin, 'activity/log_get_list', filter);
  const messages = async (filter: object): Promise<string[]> => (await list(filter)).list.map(({ message }) => message);

  it('shows what was logged, as it was written', async () => {
    await log('Plain <b>note</b> Ω {{7*7}}');

    const [line] = (await list({ search: 'note' })).list;

    assert.deepEqual(line, {
      id: line?.id,
      priority: 6,
      admin_id: null,
      client_id: null,
      message: 'Plain <b>note</b> Ω {{7*7}}',
      ip: '127.0.0.1',
      created_at: line?.['created_at'],
      staff_id: null,
      staff_email: null,
      staff_name: null,
      client_name: '',
      client_email: null,
    });
  });

  it('names the client and the staff member a line is about', async () => {
    const ann = await buildClient(app, { first_name: 'Ann', last_name: 'Example' });
    await log('About both', { client_id: ann.id, admin_id: 1 });

    const [line] = (await list({ search: 'About both' })).list;

    assert.deepEqual(line?.['client'], { id: ann.id, name: 'Ann Example', email: ann.email });
    assert.equal((line?.['staff'] as { id: number }).id, 1);
    assert.equal(line?.['client_name'], 'Ann Example');
  });

  it('keeps the lines about people who are gone', async () => {
    await log('About nobody', { client_id: 4711, admin_id: 4712 });

    const [line] = (await list({ search: 'About nobody' })).list;

    assert.deepEqual(line?.['client'], { id: 4711, name: '', email: null });
    assert.equal(line?.['staff_id'], null);
    assert.ok(!('staff' in (line ?? {})));
  });

  it('leaves out what only developers need, unless all is asked for', async () => {
    await log('Debug chatter', { priority: 7 });

    assert.deepEqual(await messages({ search: 'chatter' }), []);
    assert.deepEqual(await messages({ search: 'chatter', min_priority: '' }), ['Debug chatter']);
    assert.deepEqual(await messages({ search: 'chatter', min_priority: null }), ['Debug chatter']);
    assert.deepEqual(await messages({ search: 'chatter', priority: 7 }), ['Debug chatter']);
  });

  it('is narrowed by person, kind of person, address and gravity', async () => {
    await log('Line of a client', { client_id: 5, priority: 3 });
    await log('Line of staff', { admin_id: 5 });

    assert.deepEqual(await messages({ search: 'Line of', client_id: 5 }), ['Line of a client']);
    assert.deepEqual(await messages({ search: 'Line of', admin_id: '5' }), ['Line of staff']);
    assert.deepEqual(await messages({ search: 'Line of', user_filter: 'only_clients' }), ['Line of a client']);
    assert.deepEqual(await messages({ search: 'Line of', user_filter: 'only_staff' }), ['Line of staff']);
    assert.deepEqual(await messages({ search: 'Line of', priority: 3 }), ['Line of a client']);
    assert.deepEqual(await messages({ search: 'Line of', min_priority: 5 }), ['Line of a client']);
    assert.deepEqual(await messages({ search: 'Line of', ip: '127.0.0.1', client_id: '' }), [
      'Line of staff',
      'Line of a client',
    ]);
    assert.deepEqual(await messages({ ip: '203.0.113.9' }), []);
    assert.deepEqual(await messages({ client_id: 'abc' }), []);
  });

  it('is narrowed to whole days', async () => {
    app.clock.set('2026-01-31T23:59:59Z');
    await log('Old line');
    app.clock.set('2026-02-01T00:00:00Z');
    await log('Early line');
    app.clock.set('2026-02-02T23:59:59Z');
    await log('Late line');

    assert.deepEqual(await messages({ search: 'line', date_from: '2026-02-01', date_to: '2026-02-02' }), [
      'Late line',
      'Early line',
    ]);
    assert.deepEqual(await messages({ search: 'line', date_from: '2026-02-02', date_to: '' }), ['Late line']);
    assert.match((await app.refusal(admin, 'activity/log_get_list', { date_from: 'soon' })).message, /date_from/);
  });

  it('is read in pages of the newest first, from both ends', async () => {
    for (let number = 1; number <= 7; number++) await log(`Page line ${number}`);

    const pages = await Promise.all([1, 2, 3, 4, 5].map((page) => list({ search: 'Page line', per_page: 2, page })));

    assert.deepEqual(
      pages.map((page) => page.list.map(({ message }) => Number(message.slice(-1)))),
      [[7, 6], [5, 4], [3, 2], [1], []],
    );
    assert.deepEqual([pages[4]?.pages, pages[4]?.page, pages[4]?.total], [4, 5, 7]);
  });

  it('takes as many queries for a hundred lines as for one', async () => {
    for (let count = 0; count < 30; count++) await log('Counted line', { client_id: count + 1, admin_id: 1 });
    const queries = async (per_page: number): Promise<number> => {
      let counted = 0;
      const count = (): void => void counted++;
      app.app.database.knex.on('query', count);
      await list({ per_page });
      app.app.database.knex.off('query', count);
      return counted;
    };

    const [few, many] = [await queries(1), await queries(100)];

    assert.ok(many <= 8, `${many} queries`);
    assert.ok(many - few <= 1, `${few} and ${many} queries`);
  });

  it('says false to a line without a message', async () => {
    assert.equal(await app.call(admin, 'activity/log'), false);
  });

  it('takes hostile text for text', async () => {
    assert.deepEqual(await messages({ search: "%' OR 1=1 --" }), []);
    assert.match((await app.refusal(admin, 'activity/log', { m: 'x'.repeat(20_000) })).message, /Parameter "m"/);
    assert.match((await app.refusal(admin, 'activity/log', { m: 'x', priority: 300 })).message, /"priority"/);
    assert.match((await app.refusal(admin, 'activity/log', { m: 'x', priority: 'abc' })).message, /"priority"/);
  });

  it('is closed to others', async () => {
    const reader = await buildStaff(app, { permissions: { activity: { access: 1, view: 1 } } });

    assert.equal((await app.refusal({ role: 'admin' }, 'activity/log_get_list')).status, 401);
    assert.equal((await app.refusal(reader.caller, 'activity/log', { m: 'x' })).code, 403);
    assert.ok((await app.call<Lines>(reader.caller, 'activity/log_get_list')).total > 0);
  });
});

describe('activity: what is forgotten', () => {
  const app = useApp({ modules: [...modules, activity] });
  const keepDays = (max_age: unknown) => app.call(admin, 'extension/config_save', { ext: 'mod_activity', max_age });
  const old = async (): Promise<string[]> =>
    (await app.call<Lines>(admin, 'activity/log_get_list', { search: 'Old line' })).list.map((line) => line.message);
  const pass = (days: number): void => app.clock.advance(days * DAY);

  it('forgets lines after ninety days', async () => {
    await app.call(admin, 'activity/log', { m: 'Old line 1' });
    pass(50);
    await app.call(admin, 'activity/log', { m: 'Old line 2' });
    pass(41);

    await app.app.scheduler.run('activity.purge');

    assert.deepEqual(await old(), ['Old line 2']);
  });

  it('forgets sooner when staff say so', async () => {
    await keepDays('7');
    await app.call(admin, 'activity/log', { m: 'Old line' });
    pass(8);

    await app.app.scheduler.run('activity.purge');

    assert.deepEqual(await old(), []);
  });

  it('keeps everything at 0', async () => {
    await keepDays(0);
    await app.call(admin, 'activity/log', { m: 'Old line' });
    pass(4000);

    await app.app.scheduler.run('activity.purge');

    assert.deepEqual(await old(), ['Old line']);
  });

  it('forgets more than it takes at once', async () => {
    const row = { priority: 6, message: 'Old line', created_at: app.clock.now() };
    for (let chunk = 0; chunk < 6; chunk++)
      await app.app.database.knex('activity_system').insert(Array.from({ length: 400 }, () => row));
    pass(91);

    await app.app.scheduler.run('activity.purge');

    assert.deepEqual(await old(), []);
  });
});

describe('activity: sign-ins', () => {
  const app = useApp({ modules: [...modules, activity] });
  const left = async (): Promise<number[]> => {
    const { knex } = app.app.database;
    const tables = ['activity_admin_history', 'activity_client_history'];
    return Promise.all(tables.map(async (table) => (await knex(table)).length));
  };

  it('are forgotten with the log, those of clients and those of staff', async () => {
    const { email } = await buildClient(app);
    await app.call(guest, 'client/login', { email, password: PASSWORD });
    await app.call(guest, 'staff/login', { email: ADMIN.email, password: ADMIN.password });
    app.clock.advance(89 * DAY);
    await app.call(guest, 'client/login', { email, password: PASSWORD });
    assert.deepEqual(await left(), [1, 2]);
    app.clock.advance(2 * DAY);

    await app.app.scheduler.run('activity.purge');

    assert.deepEqual(await left(), [0, 1]);
  });

  it('go a thousand at a time until all old ones are gone', async () => {
    const row = { admin_id: 1, created_at: app.clock.now() };
    for (let chunk = 0; chunk < 6; chunk++)
      await app.app.database.knex('activity_admin_history').insert(Array.from({ length: 400 }, () => row));
    app.clock.advance(91 * DAY);

    await app.app.scheduler.run('activity.purge');

    assert.deepEqual(await left(), [0, 0]);
  });
});

describe('activity: the history of mail', () => {
  const app = useApp({ modules: [...modules, email, activity] });
  const history = async (): Promise<{ subject: string; content_text: string; client_id: number | null }[]> =>
    (await app.call<{ list: [] }>(admin, 'email/email_get_list')).list;
  const logEmail = (fields: object): Promise<boolean> => app.call(admin, 'activity/log_email', fields);

  it('takes a letter that somebody else sent', async () => {
    const ann = await buildClient(app);

    await logEmail({ subject: 'Hello', client_id: ann.id, recipients: ann.email, content_text: 'Hi' });

    const [letter] = await history();
    assert.deepEqual([letter?.subject, letter?.client_id, letter?.content_text], ['Hello', ann.id, 'Hi']);
  });

  it('says false to a letter without a subject', async () => {
    assert.equal(await logEmail({ content_text: 'Hi' }), false);
  });

  it('is kept for ever, or for as many days as staff say', async () => {
    await logEmail({ subject: 'Old letter' });
    app.clock.advance(200 * DAY);
    await app.app.scheduler.run('activity.purge');
    assert.equal((await history()).length, 1);

    await app.call(admin, 'extension/config_save', { ext: 'mod_activity', email_max_age: '100' });
    app.clock.advance(DAY); // a job runs once at a time that is due
    await app.app.scheduler.run('activity.purge');
    assert.deepEqual(await history(), []);
  });
});
