import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenes } from '../pictures/scenes.ts';
import { takePictures } from '../pictures/take.ts';

const MOST_BYTES = 150_000;
const DESKTOP = 1280;
const PHONE = 390;
const root = new URL('../../', import.meta.url);

describe('the pictures of the documentation', function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'tollkeeper-pictures-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('are taken of the demo, one of each scene, in a size that a page can carry', async () => {
    await takePictures(folder);

    assert.deepEqual(readdirSync(folder).sort(), scenes.map(({ name }) => `${name}.png`).sort());
    for (const name of readdirSync(folder)) {
      const picture = readFileSync(join(folder, name));
      assert.equal(picture.toString('latin1', 1, 4), 'PNG', name);
      assert.ok([DESKTOP, PHONE].includes(picture.readUInt32BE(16)), name);
      assert.ok(picture.length < MOST_BYTES, `${name} has ${picture.length} bytes`);
    }
  });

  it('are there for each place that README shows one', () => {
    const shown = [...readFileSync(new URL('README.md', root), 'utf8').matchAll(/\]\(docs\/pictures\/([^)]+)\)/g)];

    assert.ok(shown.length > 0);
    const taken = readdirSync(new URL('docs/pictures/', root));
    assert.deepEqual(
      shown.map(([, name]) => name).filter((name) => name === undefined || !taken.includes(name)),
      [],
    );
  });
});
