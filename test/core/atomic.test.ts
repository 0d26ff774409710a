import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { atomic } from '#core/context';
import { useApp } from '../support/app.ts';
import { buildNotebook } from '../support/build/notebook.ts';

describe('atomic', () => {
  const app = useApp({ modules: [buildNotebook()] });
  const notes = async () =>
    (await app.app.database.knex('note').orderBy('id')).map((row: { text: string }) => row.text);

  it('commits what was done', async () => {
    await atomic(app.system(), (tx) => tx.db('note').insert({ text: 'a' }));

    assert.deepEqual(await notes(), ['a']);
  });

  it('undoes everything when anything fails', async () => {
    const work = atomic(app.system(), async (tx) => {
      await tx.db('note').insert({ text: 'a' });
      await atomic(tx, (inner) => inner.db('note').insert({ text: 'b' }));
      throw new Error('no');
    });

    await assert.rejects(work, /no/);
    assert.deepEqual(await notes(), []);
  });

  it('joins the transaction it is already in', async () => {
    const joined = await atomic(app.system(), async (outer) => [
      outer,
      await atomic(outer, (inner) => Promise.resolve(inner)),
    ]);

    assert.equal(joined[0], joined[1]);
  });

  for (const [what, error] of [
    ['a deadlock', { errno: 1213 }],
    ['a failed certification', { errno: 1180 }],
    ['a busy file', { code: 'SQLITE_BUSY' }],
  ] as const) {
    it(`does all of it again after ${what}`, async () => {
      let attempts = 0;

      await atomic(app.system(), async (tx) => {
        await tx.db('note').insert({ text: 'a' });
        if (++attempts < 3) throw Object.assign(new Error('again'), error);
      });

      assert.deepEqual([attempts, await notes()], [3, ['a']]);
    });
  }

  it('gives up after a bounded number of tries', async () => {
    let attempts = 0;
    const work = atomic(app.system(), () => {
      attempts++;
      return Promise.reject(Object.assign(new Error('deadlock'), { errno: 1213 }));
    });

    await assert.rejects(work, /deadlock/);
    assert.equal(attempts, 8);
  });

  it('does not repeat what simply failed', async () => {
    let attempts = 0;
    const work = atomic(app.system(), () => {
      attempts++;
      return Promise.reject(new Error('wrong'));
    });

    await assert.rejects(work, /wrong/);
    assert.equal(attempts, 1);
  });

  it('waits for another process that writes', async () => {
    await app.together(async (other) => {
      const slow = atomic(other.system(), async (tx) => {
        await tx.db('note').insert({ text: 'theirs' });
        await sleep(600);
      });
      await sleep(50);

      await atomic(app.system(), (tx) => tx.db('note').insert({ text: 'ours' }));
      await slow;
    });

    assert.deepEqual((await notes()).toSorted(), ['ours', 'theirs']);
  });

  it('loses no update of 40 that read before they write', async () => {
    const [id] = await app.app.database.knex('note').insert({ text: '0' });
    const increment = () =>
      atomic(app.system(), async (tx) => {
        const row = await tx.db<{ id: number; text: string }>('note').where('id', Number(id)).forUpdate().first();
        await tx.db('note').update({ text: String(Number(row?.text) + 1) });
      });

    await Promise.all(Array.from({ length: 40 }, increment));

    assert.deepEqual(await notes(), ['40']);
  });
});
