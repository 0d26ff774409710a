import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { SECOND } from '#core/clock';
import { mail } from '#core/listener';
import { guest, useApp } from '../support/app.ts';
import { buildNotebook, noted } from '../support/build/notebook.ts';

describe('mail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-views-'));
  mkdirSync(join(folder, 'views', 'mail'), { recursive: true });
  writeFileSync(
    join(folder, 'views', 'mail', 'noted.liquid'),
    'subject: Noted {{ text }}\n<p>You noted <b>{{ text }}</b>.</p>\n',
  );
  after(() => rmSync(folder, { recursive: true }));

  const mails = [
    mail(noted, 'noted', (_ctx, { text }) => Promise.resolve({ to: 'reader@example.com', vars: { text } })),
  ];
  const app = useApp({ modules: [buildNotebook({ mails, folder: pathToFileURL(`${folder}/`) })] });
  const outbox = () => app.app.database.knex<{ attempts: number; last_error: string }>('outbox');

  it('is a file of its own until a server is named', async () => {
    await app.call(guest, 'notebook/add', { text: 'milk' });
    await app.settle();

    const [letter = ''] = await app.mails();
    assert.match(letter, /^Subject: Noted milk\r$/m);
    assert.match(letter, /You noted <b>milk<\/b>/);
  });

  it('escapes what it tells and cannot be given headers', async () => {
    await app.call(guest, 'notebook/add', { text: 'a\r\nBcc: thief@example.com <b>' });
    await app.settle();

    const [letter = ''] = await app.mails();
    assert.doesNotMatch(letter.slice(0, letter.indexOf('\r\n\r\n')), /^Bcc:/m);
    assert.match(letter, /&lt;b&gt;/);
  });

  it('is kept and written later when the disk does not take it', async () => {
    mkdirSync(app.app.config.dataDir, { recursive: true });
    writeFileSync(join(app.app.config.dataDir, 'outbox'), 'a file where the folder should be');
    await app.call(guest, 'notebook/add', { text: 'milk' });
    await app.settle();
    assert.deepEqual(
      (await outbox()).map(({ attempts }) => attempts),
      [1],
    );

    rmSync(join(app.app.config.dataDir, 'outbox'));
    app.clock.advance(2 * SECOND);
    await app.settle();

    assert.equal((await app.mails()).length, 1);
    assert.deepEqual(await outbox(), []);
  });
});
