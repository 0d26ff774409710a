import assert from 'node:assert/strict';
import { DAY } from '#core/clock';
import { useApp } from '../support/app.ts';
import { clients, keepers, shelf } from '../support/shelf.ts';
import { visit } from '../support/visitor.ts';

const modules = [clients, keepers, shelf];

describe('every page', () => {
  const app = useApp({ modules, install: ['shelf'] });

  for (const path of ['/', '/docs', '/login', '/books', '/nowhere']) {
    it(`at ${path} is HTML that may be put in no frame and runs nothing from elsewhere`, async () => {
      const { headers, text } = await visit(app).get(path);

      assert.match(headers['content-type'] ?? '', /^text\/html; charset=utf-8$/);
      assert.match(headers['content-security-policy'] ?? '', /default-src 'self'.*frame-ancestors 'none'/);
      assert.equal(headers['x-content-type-options'], 'nosniff');
      assert.equal(headers['x-frame-options'], 'DENY');
      assert.equal(headers['cache-control'], 'no-store');
      assert.match(text, /^<!doctype html>/);
      assert.doesNotMatch(text, /<script>|<style|\sstyle=|\son\w+=/);
    });
  }

  it('gives the CSRF token to scripts in a cookie', async () => {
    const { headers } = await visit(app).get('/');

    assert.match(String(headers['set-cookie']), /fossbilling_csrf=[0-9a-f]{64}; Path=\/; SameSite=Strict/);
  });

  it('comes without what surrounds it when htmx asks', async () => {
    const { text } = await visit(app).get('/books', { 'HX-Request': 'true' });

    assert.doesNotMatch(text, /<html|<header/);
    assert.match(text, /<title>.*<li>Moby Dick<\/li>/s);
  });

  it('comes whole when htmx goes back in the history', async () => {
    const { text } = await visit(app).get('/books', { 'HX-Request': 'true', 'HX-Request-Type': 'full' });

    assert.match(text, /^<!doctype html>/);
  });

  it('answers HEAD without a body', async () => {
    const { status, text } = await app.browser().head('/books');

    assert.deepEqual([status, text], [200, undefined]);
  });

  it('finds its look and its script beside it, kept for a year', async () => {
    for (const asset of [
      'tabler-1.6.1.min.css',
      'tabler-dark-1.6.1.css',
      'site-2.css',
      'htmx-4.0.1.min.js',
      'icon-1.svg',
    ]) {
      const { status, headers } = await visit(app).get(`/assets/${asset}`);
      assert.equal(status, 200, asset);
      assert.match(headers['cache-control'] ?? '', /immutable/);
    }
  });
});

describe('what there is not', () => {
  const app = useApp({ modules, install: ['shelf'] });

  it('is a page with status 404', async () => {
    const { status, text } = await visit(app).get('/no/<such>/page');

    assert.equal(status, 404);
    assert.match(text, /Not found/);
    assert.doesNotMatch(text, /<such>/);
  });

  for (const [method, path] of [
    ['put', '/api/guest/shelf/catalogue'],
    ['delete', '/api/guest/shelf/catalogue'],
    ['patch', '/books'],
    ['post', '/docs'],
    ['get', '/books/1/rename'],
    ['get', '/%zz'],
    ['get', '/assets/%zz'],
  ] as const) {
    it(`includes ${method.toUpperCase()} ${path}`, async () => {
      const { status, headers } = await app.browser()[method](path);

      assert.equal(status, 404);
      assert.match(String(headers['content-type']), /^text\/html/);
    });
  }
});

describe('pages of a module', () => {
  const app = useApp({ modules });

  it('are there only while the module is active', async () => {
    const visitor = visit(app);
    assert.equal((await visitor.get('/books')).status, 404);

    await app.app.catalog.install(app.system(), 'shelf');
    assert.equal((await visitor.get('/books')).status, 200);

    await app.app.catalog.deactivate(app.system(), 'shelf', { keepData: true });
    assert.equal((await visitor.get('/books')).status, 404);
  });
});

describe('a page', () => {
  const app = useApp({ modules, install: ['shelf'] });

  it('shows the result of its endpoint, escaped', async () => {
    const visitor = visit(app);
    await visitor.signIn('client');

    const { status, text } = await visitor.get('/books/12');

    assert.equal(status, 200);
    assert.match(text, /<title>Book 12<\/title>/);
    assert.match(text, /<h1>&lt;b&gt;Moby &amp; Dick&lt;\/b&gt;<\/h1>/);
    assert.match(text, /read by seven@example\.com/);
  });

  it('reads its input from the query, escaped too', async () => {
    const { text } = await visit(app).get('/books?search=%3Cscript%3E');

    assert.match(text, /Searched for &lt;script&gt;/);
  });

  it('sends guests to sign in and back', async () => {
    const { status, headers } = await visit(app).get('/books/12?from=a');

    assert.deepEqual([status, headers['location']], [303, '/login?next=%2Fbooks%2F12%3Ffrom%3Da']);
  });

  it('has htmx leave for the form to sign in', async () => {
    const { status, headers } = await visit(app).get('/books/12', { 'HX-Request': 'true' });

    assert.deepEqual([status, headers['hx-redirect']], [401, '/login?next=%2Fbooks%2F12']);
  });

  it('asks for what its endpoint asks for, however open it is', async () => {
    const { status, headers } = await visit(app).get('/open-archive');

    assert.deepEqual([status, headers['location']], [303, '/admin/login?next=%2Fopen-archive']);
  });

  it('is refused to staff without the permission', async () => {
    const visitor = visit(app);
    await visitor.signIn('admin');

    const { status, text } = await visitor.get('/admin/archive');

    assert.equal(status, 403);
    assert.match(text, /shelf\.archive/);
  });

  it('asks clients in after two hours', async () => {
    const visitor = visit(app);
    await visitor.signIn('client');
    app.clock.set(new Date(app.clock.now().getTime() + DAY));

    assert.equal((await visitor.get('/books/12')).status, 303);
  });
});

describe('a form', () => {
  const app = useApp({ modules, install: ['shelf'] });
  const signedIn = async () => {
    const visitor = visit(app);
    await visitor.signIn('client');
    return visitor;
  };

  it('leads on when it succeeded', async () => {
    const { status, headers } = await (await signedIn()).submit('/books/12', '/books/12', { title: 'Moby Dick' });

    assert.deepEqual([status, headers['location']], [303, '/books/12']);
  });

  it('takes its place from the address, not from a field', async () => {
    const { headers } = await (await signedIn()).submit('/books/12', '/books/12', { title: 'Moby Dick', id: '13' });

    assert.equal(headers['location'], '/books/12');
  });

  for (const path of ['/books/12', '/books/12/rename']) {
    it(`at ${path} comes again with what is wrong`, async () => {
      const { status, text } = await (await signedIn()).submit('/books/12', path, { title: ' ' });

      assert.equal(status, 422);
      assert.match(text, /role="alert".*A book needs a title\./);
      assert.match(text, /Moby &amp; Dick/);
    });
  }

  it('comes again with what was typed', async () => {
    const { status, text } = await (await signedIn()).submit('/books/12', '/books/12', { title: 'x">'.repeat(10) });

    assert.equal(status, 422);
    assert.match(text, /value="(x&#34;&gt;){10}"/);
  });

  it('comes again when the rules are against it', async () => {
    const { status, text } = await (await signedIn()).submit('/books/12', '/books/12', { title: 'taken' });

    assert.equal(status, 409);
    assert.match(text, /There is such a book\..*value="taken"/s);
  });

  it('is refused without the CSRF token', async () => {
    const visitor = await signedIn();
    await visitor.get('/books/12');

    for (const fields of [{ title: 'x' }, { title: 'x', CSRFToken: 'a'.repeat(64) }])
      assert.equal((await visitor.post('/books/12', fields)).status, 403);
  });

  it('asks guests in', async () => {
    const { status, headers } = await visit(app).post('/books/12', { title: 'x' });

    assert.deepEqual([status, headers['location']], [303, '/login']);
  });

  it('says when to try again', async () => {
    const { status, headers } = await (await signedIn()).submit('/books/12', '/books/12', { title: 'busy' });

    assert.deepEqual([status, headers['retry-after']], [429, '30']);
  });

  it('keeps to itself what broke', async () => {
    const { status, text } = await (await signedIn()).submit('/books/12', '/books/12', { title: 'broken' });

    assert.equal(status, 500);
    assert.match(text, /logged/);
    assert.doesNotMatch(text, /loose/);
  });

  it('may be too large', async () => {
    const { status, text } = await (await signedIn()).submit('/books/12', '/books/12', { title: 'x'.repeat(1 << 20) });

    assert.equal(status, 413);
    assert.match(text, /too large/);
  });
});

describe('the menu', () => {
  const app = useApp({ modules, install: ['shelf'] });

  it('has for clients the entries of active modules, in their order', async () => {
    const visitor = visit(app);
    await visitor.signIn('client');

    assert.match((await visitor.get('/')).text, /First<\/a>.*My books<\/a>/s);
  });

  it('shows staff only what they may see', async () => {
    const visitor = visit(app);
    await visitor.signIn('admin');

    const { text } = await visitor.get('/admin');

    assert.match(text, /href="\/admin\/stock"/);
    assert.doesNotMatch(text, /href="\/admin\/archive"|My books/);
  });

  it('is empty for guests', async () => {
    assert.doesNotMatch((await visit(app).get('/')).text, /My books|Stock/);
  });
});
