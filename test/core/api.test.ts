import assert from 'node:assert/strict';
import { guest, useApp } from '../support/app.ts';
import { buildNotebook } from '../support/build/notebook.ts';

describe('the API layer', () => {
  const app = useApp({ modules: [buildNotebook()] });
  const echo = (body: string, type = 'application/json') =>
    app.request('post', '/api/guest/notebook/echo').set('content-type', type).send(body);
  const answer = async (test: ReturnType<typeof app.request>) => {
    const { status, body } = await test;
    return { status, ...(body as { result: unknown; error: { message: string; code: number } | null }) };
  };

  it('reads JSON whatever its content type', async () => {
    const { body } = await echo('{"a":1}', 'text/plain');

    assert.deepEqual(body, { result: { a: 1 }, error: null });
  });

  it('reads PHP-style forms and queries', async () => {
    const form = await echo('a[b][]=1&a[b][]=2&c.d=x', 'application/x-www-form-urlencoded');
    const query = await app.request('get', '/api/guest/notebook/echo?a[b]=1&c=%C3%A9');

    assert.deepEqual(form.body, { result: { a: { b: ['1', '2'] }, c_d: 'x' }, error: null });
    assert.deepEqual(query.body, { result: { a: { b: '1' }, c: 'é' }, error: null });
  });

  it('ignores the query of a POST and removes the CSRF token', async () => {
    const { body } = await app.request('post', '/api/guest/notebook/echo?q=1').send({ CSRFToken: 'x', a: 1 });

    assert.deepEqual(body, { result: { a: 1 }, error: null });
  });

  it('answers the alternate address too', async () => {
    const { body } = await app.request('post', '/index.php?_url=/api/guest/notebook/echo').send({ a: 1 });

    assert.deepEqual(body, { result: { a: 1 }, error: null });
  });

  for (const [body, message] of [
    ['{"a":', 'Malformed JSON input: Syntax error'],
    ['nonsense', 'Malformed JSON input: Syntax error'],
    ['"text"', 'Malformed JSON input: JSON content was expected to decode to an array, "string" returned.'],
    ['42', 'Malformed JSON input: JSON content was expected to decode to an array, "int" returned.'],
    ['['.repeat(5000) + ']'.repeat(5000), 'Malformed JSON input: Maximum stack depth exceeded'],
  ] as const) {
    it(`refuses the body ${body.slice(0, 12)}`, async () => {
      assert.deepEqual(await answer(echo(body)), { status: 200, result: null, error: { message, code: 400 } });
    });
  }

  it('drops keys that would reach the prototype of all objects', async () => {
    const json = await echo('{"__proto__":{"polluted":1},"a":{"__proto__":{"polluted":1},"b":2}}');
    const form = await echo(
      '__proto__[polluted]=1&constructor[prototype][polluted]=1&a=1',
      'application/x-www-form-urlencoded',
    );

    assert.deepEqual(json.body, { result: { a: { b: 2 } }, error: null });
    assert.deepEqual(form.body, { result: { a: '1' }, error: null });
    assert.equal(Reflect.get({}, 'polluted'), undefined);
  });

  it('refuses a body of 10 MB and goes on', async () => {
    const { status, error } = await answer(echo(JSON.stringify({ a: 'x'.repeat(10_000_000) })));

    assert.deepEqual([status, error?.code], [413, 413]);
    assert.deepEqual(await app.call(guest, 'notebook/echo', { a: 1 }), { a: 1 });
  });

  it('answers a call it does not know as the contract says', async () => {
    const codes = await Promise.all(
      [
        'guest/notebook',
        'nobody/notebook/echo',
        'guest/notebook/echo/',
        'guest/notebook/ec-ho',
        'guest/_x/y',
        'guest/nothing/at_all',
        'guest/notebook/nothing',
      ].map(async (path) => {
        const { status, error } = await answer(app.request('post', `/api/${path}`));
        return [path, status, error?.code];
      }),
    );

    assert.deepEqual(codes, [
      ['guest/notebook', 400, 879],
      ['nobody/notebook/echo', 400, 879],
      ['guest/notebook/echo/', 400, 879],
      ['guest/notebook/ec-ho', 400, 879],
      ['guest/_x/y', 200, 714],
      ['guest/nothing/at_all', 200, 715],
      ['guest/notebook/nothing', 404, 740],
    ]);
  });

  it('is found whatever the case of its words, and cuts them at the first underscore', async () => {
    const { body } = await app.request('post', '/api/guest/NoteBook/ECHO').send({ a: 1 });

    assert.deepEqual(body, { result: { a: 1 }, error: null });
  });

  it('tells the caller nothing of a bug', async () => {
    const { status, error } = await answer(app.request('post', '/api/guest/notebook/fail'));

    assert.deepEqual([status, error?.code], [200, 9998]);
    assert.ok(!error?.message.includes('secret'));
  });

  it('never caches and never names a server', async () => {
    const { headers } = await app.request('post', '/api/guest/notebook/echo').send({});

    assert.equal(headers['cache-control'], 'no-cache, must-revalidate');
    assert.equal(headers['content-type'], 'application/json');
    assert.equal(headers['x-powered-by'], undefined);
    assert.equal(headers['set-cookie'], undefined);
  });

  it('has no route for other verbs', async () => {
    const { status } = await app.request('put', '/api/guest/notebook/echo');

    assert.equal(status, 404);
  });
});

describe('rate limits', () => {
  const app = useApp({ modules: [buildNotebook()], environment: { RATE_LIMITS: 'on' } });

  it('refuse the 101st call of a guest within a minute and say when to come again', async () => {
    for (let call = 0; call < 100; call++) await app.call(guest, 'notebook/echo');

    const { status, body, headers } = await app.request('post', '/api/guest/notebook/echo').send({});

    assert.equal(status, 429);
    assert.deepEqual(body, {
      result: null,
      error: { message: 'Rate limit exceeded. Please try again later.', code: 429 },
    });
    assert.ok(Number(headers['retry-after']) > 0 && Number(headers['retry-after']) <= 60);
  });
});
