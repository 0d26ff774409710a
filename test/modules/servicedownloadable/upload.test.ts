import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { cleanName } from '#modules/servicedownloadable/file-name';
import { ADMIN, admin, useApp } from '../../support/app.ts';
import { buildClient } from '../../support/build/client.ts';
import { buildProduct } from '../../support/build/product.ts';
import { buildDownload, filesOf, sell, serviceOf, uploading } from '../../support/build/service.ts';

describe('names of files', () => {
  for (const [sent, name] of [
    ['manual.pdf', 'manual.pdf'],
    ['../../etc/passwd.txt', 'passwd.txt'],
    ['..\\..\\boot.ini.zip', 'boot.ini.zip'],
    ['a\r\nSet-Cookie: x=1.zip', 'aSet-Cookie: x=1.zip'],
    ['shell.php\0.zip', 'shell.php.zip'],
    ['Handbuch für 𝕏 😀.PDF', 'Handbuch für 𝕏 😀.PDF'],
    ['exe.\u202efdp.zip', 'exe.fdp.zip'],
    ['...hidden.zip', 'hidden.zip'],
    ['\ud800half.zip', '\ufffdhalf.zip'],
    [`${'😀'.repeat(10_000)}.tar`, `${'😀'.repeat(251)}.tar`],
  ] as const) {
    it(`are cleaned: ${JSON.stringify(sent.slice(0, 40))}`, () => {
      assert.equal(cleanName(sent), name);
    });
  }

  for (const sent of [
    '',
    '.',
    '..',
    '/',
    '.zip',
    'zip',
    '\0',
    'a/..',
    'shell.php',
    'x.zip.php',
    'x.zip/',
    'page.html',
    `x.${'z'.repeat(9999)}`,
  ]) {
    it(`are refused: ${JSON.stringify(sent.slice(0, 40))}`, () => {
      assert.throws(() => cleanName(sent), /is not allowed|is invalid/);
    });
  }
});

describe('admin/servicedownloadable/upload', () => {
  const app = useApp({ environment: { UPLOAD_LIMIT_MB: '1' } });
  const message = async (test: PromiseLike<{ body: unknown }>) =>
    ((await test).body as { error: { message: string } | null }).error?.message;
  const waiting = () => readdir(join(app.app.config.dataDir, 'incoming')).catch(() => []);
  async function onDisk(): Promise<string[]> {
    const names = await readdir(join(app.app.config.dataDir, 'downloads'), { recursive: true }).catch(() => []);
    return names.filter((name) => /[0-9a-f]{64}$/.test(name));
  }

  it('adds files to a product, under names of their own on the disk', async () => {
    const id = await buildDownload(app, ['one.txt', 'two.zip']);

    const files = await filesOf(app, id);

    assert.deepEqual(
      files.map(({ filename }) => filename),
      ['one.txt', 'two.zip'],
    );
    assert.deepEqual(
      (await onDisk()).map((path) => path.split('/').at(-1)).sort(),
      files.map((file) => file.stored_filename).sort(),
    );
    assert.deepEqual(await waiting(), []);
  });

  it('records size and hash', async () => {
    await buildDownload(app, ['one.txt']);

    const row = (await app.app.database.knex('service_downloadable_stored').first('size', 'sha256')) as object;

    const sha256 = createHash('sha256').update('This is one.txt.').digest('hex');
    assert.deepEqual({ ...row }, { size: 16, sha256 });
  });

  it('takes the fields before and after the file', async () => {
    const id = await buildProduct(app, { type: 'downloadable' });

    await app
      .request('post', '/api/admin/servicedownloadable/upload')
      .auth('admin', ADMIN.token)
      .attach('file_data', Buffer.from('x'), 'a.txt')
      .field('id', id)
      .field('label', 'Lesen Sie mich 😀');

    assert.equal((await filesOf(app, id))[0]?.label, 'Lesen Sie mich 😀');
  });

  it('loses none of several uploads at once', async () => {
    const id = await buildProduct(app, { type: 'downloadable' });

    await Promise.all([1, 2, 3, 4, 5].map((n) => uploading(app, 'upload', { id }, { name: `${n}.txt`, content: 'x' })));

    assert.equal((await filesOf(app, id)).length, 5);
  });

  it('refuses what the contract says, and keeps nothing of it', async () => {
    const id = await buildProduct(app, { type: 'downloadable' });
    const custom = await buildProduct(app, { type: 'custom' });
    const file = { name: 'a.txt', content: 'x' };

    const refusals = [
      await message(uploading(app, 'upload', {}, file)),
      await message(uploading(app, 'upload', { id: 999 }, file)),
      await message(uploading(app, 'upload', { id: custom }, file)),
      await message(uploading(app, 'upload', { id })),
      await message(uploading(app, 'upload', { id, label: 'x'.repeat(256) }, file)),
      await message(uploading(app, 'upload', { id, description: 'x'.repeat(1001) }, file)),
      await message(uploading(app, 'upload', { id }, { name: 'shell.php', content: '<?php' })),
      await message(uploading(app, 'upload', { id }, { name: 'big.zip', content: Buffer.alloc(1024 * 1024 + 1) })),
    ];

    assert.deepEqual(
      refusals.map((text) => text?.replace(/ Allowed extensions.*/, '')),
      [
        'Product ID was not passed',
        'Product not found',
        'Product not found',
        'File was not uploaded.',
        'File label cannot exceed 255 characters',
        'File description cannot exceed 1000 characters',
        'File extension php is not allowed.',
        'File upload failed: the file is larger than 1 MiB.',
      ],
    );
    assert.deepEqual([await onDisk(), await waiting(), await filesOf(app, id)], [[], [], []]);
  });

  it('takes a file of exactly the largest size', async () => {
    const id = await buildProduct(app, { type: 'downloadable' });

    const answer = await uploading(app, 'upload', { id }, { name: 'big.zip', content: Buffer.alloc(1024 * 1024) });

    assert.deepEqual(answer.body, { result: true, error: null });
  });

  it('takes nothing from who is not signed in, or signed in as somebody else', async () => {
    const id = await buildProduct(app, { type: 'downloadable' });
    const client = await buildClient(app);
    const send = (token: string) =>
      app
        .request('post', '/api/admin/servicedownloadable/upload')
        .auth('admin', token)
        .field('id', id)
        .attach('file_data', Buffer.from('x'), 'a.txt');

    const answers = [await send('wrong'), await send(client.caller.token ?? '')];

    assert.deepEqual(
      answers.map(({ status }) => status),
      [401, 401],
    );
    assert.deepEqual([await onDisk(), await waiting(), await filesOf(app, id)], [[], [], []]);
  });

  it('does not sell a product without a file', async () => {
    const productId = await buildProduct(app, { type: 'downloadable' });
    const client = await buildClient(app);

    const { message } = await app.refusal(admin, 'order/create', { client_id: client.id, product_id: productId });

    assert.equal(message, 'Product is not configured completely.');
  });

  it('tells neither visitors nor clients where a file lies', async () => {
    const productId = await buildDownload(app);
    const [file] = await filesOf(app, productId);
    const { orderId, client } = await sell(app, { type: 'downloadable', productId });

    const shown = [
      await app.call({ role: 'guest' }, 'product/get', { id: productId }),
      await app.call(client.caller, 'order/get', { id: orderId }),
      await app.call(client.caller, 'order/service', { id: orderId }),
    ];

    assert.ok(!JSON.stringify(shown).includes(file?.stored_filename ?? '?'));
  });

  it('brings changes to the orders of a product that says so, and only there', async () => {
    const productId = await buildDownload(app, ['one.txt']);
    const { orderId } = await sell(app, { type: 'downloadable', productId });
    const pending = await sell(app, { type: 'downloadable', productId, isPending: true });
    await app.settle();
    const names = async (id: number) =>
      (await serviceOf<{ files: { filename: string; label: string | null }[] }>(app, id)).files.map(
        ({ filename, label }) => label ?? filename,
      );

    await uploading(app, 'upload', { id: productId }, { name: 'kept-from-them.txt', content: 'x' });
    await app.settle();
    const before = await names(orderId);
    await app.call(admin, 'servicedownloadable/config_save', { id: productId, update_orders: 'yes' });
    await uploading(app, 'upload', { id: productId, label: 'Third' }, { name: 'three.txt', content: 'x' });
    const [first] = await filesOf(app, productId);
    await app.call(admin, 'servicedownloadable/file_delete', { id: productId, file_id: first?.id });
    await app.settle();
    await app.call(admin, 'order/activate', { id: pending.orderId });

    assert.deepEqual(before, ['one.txt']);
    assert.deepEqual(await names(orderId), ['Third']);
    assert.deepEqual(await names(pending.orderId), ['Third']);
  });

  it('gives one order a file of its own, which a change of the product leaves alone', async () => {
    const productId = await buildDownload(app, ['one.txt']);
    const { orderId } = await sell(app, { type: 'downloadable', productId });
    const other = await sell(app, { type: 'downloadable', productId });

    await uploading(app, 'update', { order_id: orderId }, { name: 'only-you.txt', content: 'x' });

    const count = async (id: number) => (await serviceOf<{ files: unknown[] }>(app, id)).files.length;
    assert.deepEqual([await count(orderId), await count(other.orderId)], [2, 1]);
  });
});
