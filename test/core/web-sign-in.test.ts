import assert from 'node:assert/strict';
import { useApp } from '../support/app.ts';
import { clients, keepers, shelf } from '../support/shelf.ts';
import { visit } from '../support/visitor.ts';

describe('signing in on a page', () => {
  const app = useApp({ modules: [clients, keepers, shelf], install: ['shelf'] });

  it('lets clients in', async () => {
    const visitor = visit(app);

    const { status, headers } = await visitor.signIn('client');

    assert.deepEqual([status, headers['location']], [303, '/']);
    assert.match((await visitor.get('/')).text, /seven@example\.com/);
  });

  it('lets staff in', async () => {
    const visitor = visit(app);

    const { headers } = await visitor.signIn('admin');

    assert.equal(headers['location'], '/admin');
    assert.equal((await visitor.get('/admin')).status, 200);
  });

  it('leads to where one was going', async () => {
    const visitor = visit(app);
    const { text } = await visitor.get('/login?next=/books/12%3Fa=1');
    assert.match(text, /name="next" value="\/books\/12\?a=1"/);

    assert.equal((await visitor.signIn('client', { next: '/books/12?a=1' })).headers['location'], '/books/12?a=1');
  });

  for (const next of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/.//evil.example',
    'javascript:alert(1)',
    'books',
    '',
  ]) {
    it(`does not lead to ${JSON.stringify(next)}`, async () => {
      assert.equal((await visit(app).signIn('client', { next })).headers['location'], '/');
    });
  }

  it('says when e-mail and password do not fit, and forgets the password', async () => {
    const { status, text } = await visit(app).signIn('client', { password: 'wrong horse', next: '/books/1' });

    assert.equal(status, 401);
    assert.match(text, /Please check your login details\./);
    assert.match(text, /value="someone@example\.com"/);
    assert.match(text, /name="next" value="\/books\/1"/);
    assert.doesNotMatch(text, /wrong horse/);
  });

  it('asks for what is missing', async () => {
    const { status, text } = await visit(app).signIn('client', { password: '' });

    assert.equal(status, 422);
    assert.match(text, /Password required/);
  });

  it('is refused without the CSRF token of this browser', async () => {
    const visitor = visit(app);
    await visitor.get('/login');

    const { status } = await visitor.post('/login', { email: 'a@example.com', password: 'right' });

    assert.equal(status, 403);
    assert.equal((await visitor.get('/books/1')).status, 303);
  });

  it('does not make a client staff', async () => {
    const visitor = visit(app);
    await visitor.signIn('client');

    assert.equal((await visitor.get('/admin')).headers['location'], '/admin/login?next=%2Fadmin');
  });
});

describe('signing out on a page', () => {
  const app = useApp({ modules: [clients, keepers, shelf], install: ['shelf'] });

  for (const [role, path, home, inside] of [
    ['client', '/logout', '/', '/books/1'],
    ['admin', '/admin/logout', '/admin', '/admin'],
  ] as const) {
    it(`ends the session of the ${role}`, async () => {
      const visitor = visit(app);
      await visitor.signIn(role);

      const { status, headers } = await visitor.submit(path, path);

      assert.deepEqual([status, headers['location']], [303, home]);
      assert.equal((await visitor.get(inside)).status, 303);
    });
  }

  it('takes more than a link', async () => {
    const visitor = visit(app);
    await visitor.signIn('client');

    await visitor.get('/logout');
    assert.equal((await visitor.post('/logout', {})).status, 403);

    assert.equal((await visitor.get('/books/1')).status, 200);
  });
});

describe('an engine nobody can sign in to', () => {
  const app = useApp({ modules: [shelf], install: ['shelf'] });

  it('has no form to sign in', async () => {
    assert.equal((await visit(app).get('/login')).status, 404);
    assert.doesNotMatch((await visit(app).get('/')).text, /Sign in/);
  });
});
