import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ADMIN, useApp } from '../support/app.ts';

describe('multipart forms', () => {
  const app = useApp();
  const waiting = () => readdir(join(app.app.config.dataDir, 'incoming')).catch(() => []);
  const post = (path: string) => app.request('post', `/api/${path}`);
  const raw = (path: string, body: string, boundary = 'xYx') =>
    post(path).auth('admin', ADMIN.token).set('content-type', `multipart/form-data; boundary=${boundary}`).send(body);
  const messageOf = ({ body }: { body: unknown }) => (body as { error: { message: string } | null }).error?.message;

  it('are read like any other form, at every call', async () => {
    const answer = await post('admin/client/create')
      .auth('admin', ADMIN.token)
      .field('email', 'kay@example.com')
      .field('first_name', 'Käy 😀')
      .field('password', 'Correct-Horse-7');

    assert.equal(messageOf(answer), undefined);
    const row = (await app.app.database.knex('client').first('first_name')) as { first_name: string };
    assert.equal(row.first_name, 'Käy 😀');
  });

  it('leave a file that nobody asked for on its way', async () => {
    const answer = await post('guest/client/login')
      .field('email', 'kay@example.com')
      .field('password', 'x')
      .attach('file', Buffer.alloc(1000), 'a.txt');

    assert.notEqual(messageOf(answer), undefined);
    assert.deepEqual(await waiting(), []);
  });

  it('may not be larger than other calls, where no file is taken', async () => {
    const answer = await post('guest/client/login').attach('file', Buffer.alloc(2 * 1024 * 1024), 'a.txt');

    assert.equal(answer.status, 413);
  });

  it('may not have fields without end', async () => {
    const answer = await post('admin/servicedownloadable/upload')
      .auth('admin', ADMIN.token)
      .field('id', '1')
      .field('label', 'x'.repeat(1024 * 1024 + 1));

    assert.equal(answer.status, 413);
  });

  for (const [what, body] of [
    ['nothing', ''],
    ['no part', 'hello'],
    [
      'a part that does not end',
      '--xYx\r\ncontent-disposition: form-data; name="file_data"; filename="a.txt"\r\n\r\nhalf',
    ],
    ['a part without a head', '--xYx\r\n\r\n\r\nx\r\n--xYx--\r\n'],
  ] as const) {
    it(`are refused when they hold ${what}, and leave nothing behind`, async () => {
      const answer = await raw('admin/servicedownloadable/upload', body);

      assert.match(String(messageOf(answer)), /Malformed form input|was not passed/);
      assert.deepEqual(await waiting(), []);
    });
  }

  it('need a boundary', async () => {
    const answer = await post('guest/client/login').set('content-type', 'multipart/form-data').send('x');

    assert.match(String(messageOf(answer)), /Malformed form input/);
  });

  it('leave nothing behind when the sender goes away', async () => {
    const { port } = app.app.server.address() as AddressInfo;
    const sender = request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/api/admin/servicedownloadable/upload',
      auth: `admin:${ADMIN.token}`,
      headers: { 'content-type': 'multipart/form-data; boundary=xYx' },
    });
    sender.on('error', () => undefined);
    sender.write('--xYx\r\ncontent-disposition: form-data; name="file_data"; filename="a.txt"\r\n\r\n');
    sender.write('x'.repeat(100_000));
    await until(async () => (await waiting()).length === 1);

    sender.destroy();

    await until(async () => (await waiting()).length === 0);
  });

  it('give no name of a prototype to a field', async () => {
    const answer = await raw(
      'admin/client/get_list',
      '--xYx\r\ncontent-disposition: form-data; name="__proto__[x]"\r\n\r\n1\r\n--xYx--\r\n',
    );

    assert.equal(messageOf(answer), undefined);
    assert.equal(({} as { x?: string }).x, undefined);
  });
});

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await isSo()) return;
    await new Promise((wake) => setTimeout(wake, 20));
  }
  assert.fail('It did not happen.');
}
