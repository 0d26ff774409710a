import assert from 'node:assert/strict';
import { ADMIN, guest, useApp } from '../../support/app.ts';
import { overhear } from '../../support/fresh.ts';
import { openPanel, panelModules } from '../../support/panel.ts';
import { visit } from '../../support/visitor.ts';

const ACCOUNT = { name: 'Eve', email: 'eve@example.com', password: 'Own-Word-12', password_confirm: 'Own-Word-12' };

describe('an installation without an administrator', () => {
  const app = useApp({ modules: panelModules, environment: { RATE_LIMITS: 'on' } });

  /** Nobody can manage everything; the start of the engine prints the key. */
  async function startWithout(): Promise<string> {
    await app.app.database.knex('admin').whereNull('system_name').update({ status: 'inactive' });
    app.plantsFaults();
    const printed = await overhear(() => app.app.migrate());
    app.clock.advance(2000);
    return /Key: {2}(\w{40})/.exec(printed)?.[1] ?? '';
  }
  const signIn = () => app.call(guest, 'staff/login', { email: ACCOUNT.email, password: ACCOUNT.password });
  const count = async (): Promise<number> => (await app.app.database.knex('admin').whereNull('system_name')).length;

  it('is given one by whoever has the key of its start', async () => {
    const key = await startWithout();
    const visitor = visit(app);

    const home = await visitor.get('/');
    const { status, headers } = await visitor.submit('/setup', '/setup', { ...ACCOUNT, key });

    assert.equal(home.headers['location'], '/setup');
    assert.deepEqual([status, headers['location']], [303, '/admin/setup']);
    assert.equal((await visitor.get('/admin/setup')).status, 200);
    assert.ok(await signIn());
  });

  it('is not given one by a stranger', async () => {
    await startWithout();
    const stranger = visit(app);

    for (const key of ['', 'guessed', 'A'.repeat(40)]) {
      const { status } = await stranger.submit('/setup', '/setup', { ...ACCOUNT, key });
      assert.ok([409, 422].includes(status), `${key} is answered with ${status}`);
    }

    assert.equal(await count(), 1);
    assert.equal((await stranger.get('/admin/setup')).headers['location'], '/admin/login?next=%2Fadmin%2Fsetup');
  });

  it('lets nobody guess for long', async () => {
    const key = await startWithout();
    const stranger = visit(app);

    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++)
      statuses.push((await stranger.submit('/setup', '/setup', { ...ACCOUNT, key: `guess ${attempt}` })).status);
    const late = await stranger.submit('/setup', '/setup', { ...ACCOUNT, key });

    assert.equal(statuses[0], 409);
    assert.equal(statuses.at(-1), 429);
    assert.equal(late.status, 429);
    assert.equal(await count(), 1);
  });

  it('takes a key once, also of two who show it at the same moment', async () => {
    const key = await startWithout();
    const visitors = [visit(app), visit(app)];

    const answers = await Promise.all(
      visitors.map((visitor, index) =>
        visitor.submit('/setup', '/setup', { ...ACCOUNT, email: `eve${index}@example.com`, key }),
      ),
    );

    assert.deepEqual(answers.map(({ status }) => status).toSorted(), [303, 409]);
    assert.equal(await count(), 2);
  });

  it('forgets the key of an earlier start', async () => {
    const early = await startWithout();
    const key = await startWithout();

    const refused = await visit(app).submit('/setup', '/setup', { ...ACCOUNT, key: early });
    const taken = await visit(app).submit('/setup', '/setup', { ...ACCOUNT, key });

    assert.deepEqual([refused.status, taken.status], [409, 303]);
  });

  it('shows the form again when something else is wrong, and the key stays good', async () => {
    const key = await startWithout();
    const visitor = visit(app);

    const weak = await visitor.submit('/setup', '/setup', {
      ...ACCOUNT,
      key,
      password: 'weak',
      password_confirm: 'weak',
    });
    const taken = await visitor.submit('/setup', '/setup', { ...ACCOUNT, key, email: ADMIN.email });
    const right = await visitor.submit('/setup', '/setup', { ...ACCOUNT, key });

    assert.deepEqual([weak.status, taken.status, right.status], [422, 409, 303]);
    assert.match(weak.text, /value="eve@example\.com"/);
  });

  it('keeps the key as a fingerprint only', async () => {
    const key = await startWithout();

    const rows = await app.app.database.knex('setting').select('value');

    assert.ok(!JSON.stringify(rows).includes(key));
  });

  it('refuses a form that is not its own', async () => {
    const key = await startWithout();

    const { status } = await visit(app).post('/setup', { ...ACCOUNT, key });

    assert.equal(status, 403);
    assert.equal(await count(), 1);
  });
});

describe('the door of the setup', () => {
  const app = useApp({ modules: panelModules });

  it('is not there while there is an administrator', async () => {
    const [stranger, panel] = [visit(app), await openPanel(app)];

    assert.equal((await stranger.get('/setup')).status, 404);
    const { status } = await panel.submit('/admin/profile', '/setup', { ...ACCOUNT, key: 'whatever' });
    assert.equal(status, 409);
  });
});
