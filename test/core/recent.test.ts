import assert from 'node:assert/strict';
import { HOUR, SECOND } from '#core/clock';
import type { Context } from '#core/context';
import { createReader } from '#core/recent';

describe('what is read and kept for a second', () => {
  const at = (ms: number): Context => ({ now: new Date(ms) }) as Context;

  it('is read once in a second, and each time by who asks for it as it is now', async () => {
    let count = 0;
    const read = createReader(async () => ++count);

    assert.deepEqual([await read.recent(at(0)), await read.recent(at(SECOND - 1))], [1, 1]);
    assert.equal(await read.recent(at(SECOND)), 2);
    assert.deepEqual([await read(at(SECOND)), await read(at(SECOND))], [3, 4]);
  });

  it('is read anew when the clock was set back', async () => {
    let count = 0;
    const read = createReader(async () => ++count);
    await read.recent(at(HOUR));

    assert.equal(await read.recent(at(0)), 2);
  });

  it('is asked for again after a failure', async () => {
    let count = 0;
    const read = createReader(async () => {
      if (++count === 1) throw new Error('away');
      return count;
    });

    await assert.rejects(read.recent(at(0)), /away/);
    assert.equal(await read.recent(at(0)), 2);
  });
});
