import assert from 'node:assert/strict';
import { readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ADMIN, admin, useApp, type Caller } from '../../support/app.ts';
import { buildClient } from '../../support/build/client.ts';
import { buildDownload, filesOf, sell, serviceOf, uploading } from '../../support/build/service.ts';

interface Service {
  readonly filename: string;
  readonly downloads: number;
  readonly files: readonly { readonly id: number; readonly filename: string }[];
}

describe('client/servicedownloadable/send_file', () => {
  const app = useApp();
  const get = (who: Caller, query: string) =>
    app
      .request('get', `/api/${who.role}/servicedownloadable/${query}`)
      .auth(who.role, who.token ?? '')
      .buffer(true);
  const text = ({ body, text }: { body: unknown; text?: string }) => (Buffer.isBuffer(body) ? body.toString() : text);
  async function sellDownload(names?: readonly string[], more: object = {}) {
    const productId = await buildDownload(app, names);
    return sell(app, { type: 'downloadable', productId, ...more });
  }
  const root = () => join(app.app.config.dataDir, 'downloads');
  async function onDisk(): Promise<string[]> {
    const names = await readdir(root(), { recursive: true }).catch(() => []);
    return names.filter((name) => /[0-9a-f]{64}$/.test(name));
  }

  it('sends the file to be saved, whatever it is, and counts', async () => {
    const { orderId, client } = await sellDownload(["Anleitung für 😀 (1)'s.svg"]);

    const answer = await get(client.caller, `send_file?order_id=${orderId}`);

    assert.equal(text(answer), "This is Anleitung für 😀 (1)'s.svg.");
    assert.equal(answer.headers['content-type'], 'application/octet-stream');
    assert.equal(answer.headers['x-content-type-options'], 'nosniff');
    assert.equal(
      answer.headers['content-disposition'],
      `attachment; filename="Anleitung f_r __ (1)'s.svg"; filename*=UTF-8''Anleitung%20f%C3%BCr%20%F0%9F%98%80%20%281%29%27s.svg`,
    );
    assert.equal((await serviceOf<Service>(app, orderId)).downloads, 1);
  });

  it('sends the file that is asked for', async () => {
    const { orderId, client } = await sellDownload(['one.txt', 'two.txt']);
    const { files } = await serviceOf<Service>(app, orderId);

    const answer = await get(client.caller, `send_file?order_id=${orderId}&file_id=${files[1]?.id}`);

    assert.equal(text(answer), 'This is two.txt.');
  });

  it('sends any part of a file', async () => {
    const { orderId, client } = await sellDownload();
    const part = (range: string) => get(client.caller, `send_file?order_id=${orderId}`).set('range', range);

    const answers = [
      await part('bytes=0-3'),
      await part('bytes=8-'),
      await part('bytes=-4'),
      await part('bytes=0-1,3-4'),
    ];
    const beyond = await part('bytes=19-');

    assert.deepEqual(
      answers.map((answer) => [answer.status, text(answer), answer.headers['content-range']]),
      [
        [206, 'This', 'bytes 0-3/19'],
        [206, 'manual.txt.', 'bytes 8-18/19'],
        [206, 'txt.', 'bytes 15-18/19'],
        [200, 'This is manual.txt.', undefined],
      ],
    );
    assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */19']);
  });

  it("refuses another client's order as one that does not exist, an order that is over, and one that is not active", async () => {
    const { orderId, client } = await sellDownload(undefined, { period: '1M' });
    const pending = await sellDownload(undefined, { isPending: true, client });
    const other = await buildClient(app);
    const refusal = async (caller: Caller, order_id: number) =>
      (await app.refusal(caller, 'servicedownloadable/send_file', { order_id })).message;

    const theirs = await refusal(other.caller, orderId);
    const none = await refusal(other.caller, 999);
    app.clock.advance(40 * 86_400_000);

    assert.deepEqual([theirs, none], ['Order not found', 'Order not found']);
    assert.equal(await refusal(client.caller, orderId), 'Subscription expired');
    assert.equal(await refusal(client.caller, pending.orderId), 'Order is not activated');
  });

  it("does not send the file of another's order by its id", async () => {
    const mine = await sellDownload();
    const theirs = await sellDownload();
    const { files } = await serviceOf<Service>(app, theirs.orderId);

    const { message } = await app.refusal(mine.client.caller, 'servicedownloadable/send_file', {
      order_id: mine.orderId,
      file_id: files[0]?.id,
    });

    assert.equal(message, 'File not found');
  });

  it('says so when the file is not on the disk, or not whole', async () => {
    const { orderId, client } = await sellDownload();
    const [path = ''] = await onDisk();
    const refusal = () => app.refusal(client.caller, 'servicedownloadable/send_file', { order_id: orderId });

    await writeFile(join(root(), path), 'cut');
    const cut = await refusal();
    await rm(join(root(), path));

    assert.deepEqual(cut, await refusal());
    assert.deepEqual([cut.code, cut.status], [404, 200]);
    assert.equal(cut.message, 'File cannot be downloaded at the moment. Please contact support.');
  });

  it('cannot be led to another file by what staff write into the configuration', async () => {
    const productId = await buildDownload(app);
    const [file] = await filesOf(app, productId);
    for (const stored_filename of ['../../tollkeeper.sqlite', '/etc/passwd', 'f'.repeat(64)]) {
      await app.call(admin, 'product/update_config', {
        id: productId,
        config: { files: [{ ...file, stored_filename }] },
      });

      const { message } = await app.refusal(admin, 'servicedownloadable/send_file', {
        id: productId,
        file_id: file?.id,
      });

      assert.match(message, /is invalid|cannot be downloaded/);
    }
  });

  it('sends to staff without counting', async () => {
    const { orderId, productId } = await sellDownload();
    const { files } = await serviceOf<Service>(app, orderId);
    const [file] = await filesOf(app, productId);

    const own = await get(admin, `send_order_file?order_id=${orderId}&file_id=${files[0]?.id}`);
    const products = await get(admin, `send_file?id=${productId}&file_id=${file?.id}`);

    assert.deepEqual([text(own), text(products)], ['This is manual.txt.', 'This is manual.txt.']);
    assert.equal((await serviceOf<Service>(app, orderId)).downloads, 0);
  });

  it('sends from the addresses of the web, to who is signed in', async () => {
    const { orderId, client } = await sellDownload();
    const { files } = await serviceOf<Service>(app, orderId);
    const path = `/servicedownloadable/get-file/${orderId}/${files[0]?.id}`;
    const browser = app.browser();
    await browser.post('/api/guest/client/login').send({ email: client.email, password: 'Sunny-Day-42' });

    const visitor = await app.request('get', path);
    const owner = await browser.get(path).buffer(true);
    const staff = await browser.get(`/admin${path}`);

    assert.deepEqual([visitor.status, staff.status], [303, 303]);
    assert.equal(text(owner), 'This is manual.txt.');
    assert.match(String(owner.headers['content-disposition']), /^attachment; filename="manual.txt"/);
  });

  it('mails the address of each file', async () => {
    const { orderId } = await sellDownload();
    await app.settle();
    const { files } = await serviceOf<Service>(app, orderId);

    const letters = (await app.mails()).map((mail) => mail.replaceAll('=\r\n', ''));

    assert.ok(letters.some((mail) => mail.includes(`servicedownloadable/get-file/${orderId}/${files[0]?.id}`)));
  });

  describe('files nobody wants any more', () => {
    it('are removed with the last order and product that had them', async () => {
      const { orderId, productId } = await sellDownload();
      const [file] = await filesOf(app, productId);
      await app.call(admin, 'servicedownloadable/file_delete', { id: productId, file_id: file?.id });
      await app.settle();
      const kept = await onDisk();

      await app.call(admin, 'order/delete', { id: orderId });
      await app.settle();

      assert.deepEqual([kept.length, (await onDisk()).length], [1, 0]);
    });

    it('stay while an order that is not set up yet was promised them', async () => {
      const { orderId, productId, client } = await sellDownload(undefined, { isPending: true });
      await app.settle();
      const [file] = await filesOf(app, productId);
      await app.call(admin, 'servicedownloadable/file_delete', { id: productId, file_id: file?.id });
      await app.settle();

      await app.call(admin, 'order/activate', { id: orderId });

      assert.equal(text(await get(client.caller, `send_file?order_id=${orderId}`)), 'This is manual.txt.');
    });

    it('go with an order that was never set up', async () => {
      const { orderId, productId } = await sellDownload(undefined, { isPending: true });
      await app.settle();
      await app.call(admin, 'order/delete', { id: orderId });
      const [file] = await filesOf(app, productId);

      await app.call(admin, 'servicedownloadable/file_delete', { id: productId, file_id: file?.id });
      await app.settle();

      assert.deepEqual([await onDisk(), await app.app.database.knex('service_downloadable')], [[], []]);
    });

    it('are swept up when something was left behind, and all others stay', async () => {
      const { productId } = await sellDownload();
      const [kept] = await onDisk();
      await uploading(app, 'upload', { id: productId }, { name: 'b.txt', content: 'x' });
      const lost = (await onDisk()).find((path) => path !== kept) ?? '';
      await app.app.database
        .knex('service_downloadable_stored')
        .where({ stored_filename: lost.slice(3) })
        .del();
      await utimes(join(root(), lost), new Date('2020-01-01'), new Date('2020-01-01'));
      app.clock.advance(3 * 86_400_000);

      await app.app
        .jobs()
        .find(({ id }) => id === 'servicedownloadable.sweep')
        ?.job.run(app.system());

      assert.deepEqual(await onDisk(), [kept]);
    });
  });

  it('is refused to who is not signed in', async () => {
    assert.equal((await app.refusal({ role: 'client' }, 'servicedownloadable/send_file', { order_id: 1 })).status, 401);
    assert.equal((await get({ role: 'admin', token: ADMIN.token.slice(1) }, 'send_file?id=1')).status, 401);
  });
});
