import assert from 'node:assert/strict';
import fc from 'fast-check';
import { latestFirst, paginateByKey, paginateFar, type Page } from '#core/db/paginate';
import { useApp } from '../support/app.ts';

describe('far pages', () => {
  const app = useApp({ modules: [] });
  const at = new Date('2026-01-01T00:00:00Z');
  const rows = () => app.app.database.knex('activity_system');
  const insert = async (count: number): Promise<void> => {
    const row = { priority: 6, message: 'Line', created_at: at };
    for (let done = 0; done < count; done += 400)
      await rows().insert(Array.from({ length: Math.min(400, count - done) }, () => row));
  };
  const page = (page: number, perPage: number, filter: object = {}): Promise<Page<number>> =>
    paginateFar<{ id: number }, number>(
      rows(),
      latestFirst('id', filter),
      { page, perPage },
      (ids) => rows().whereIn('id', [...ids]),
      ({ id }) => id,
    );
  const expected = async (): Promise<number[]> =>
    ((await rows().orderBy('id', 'desc').select('id')) as { id: number }[]).map(({ id }) => id);

  it('hold the same as a walk from the beginning', async () => {
    await insert(137);
    await rows().whereIn('id', [1, 17, 18, 90]).del();
    const all = await expected();

    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 50 }), async (number, perPage) => {
        const { items, total } = await page(number, perPage);
        assert.deepEqual(items, all.slice((number - 1) * perPage, number * perPage));
        assert.equal(total, all.length);
      }),
      { numRuns: 40 },
    );
  });

  it('are found at once in a long list without a gap, and all the same when it gets one', async () => {
    await insert(20_400);
    const middle = async (): Promise<readonly number[]> => (await page(102, 100)).items;
    const whole = await expected();
    assert.deepEqual(await middle(), whole.slice(10_100, 10_200));

    await rows().where({ id: whole[300] }).del();

    assert.deepEqual(await middle(), (await expected()).slice(10_100, 10_200));
  });

  describe('of nearly all rows', () => {
    const others = () => rows().where({ priority: 5 });
    const nearly = (number: number, perPage: number, order: 'asc' | 'desc'): Promise<Page<number>> =>
      paginateByKey<{ id: number }, number>(
        {
          db: app.app.database.knex,
          query: rows().whereNot({ priority: 5 }),
          nearlyAll: { all: rows(), others: others().select({ key: 'id' }) },
        },
        { key: 'id', by: [{ column: 'id', order }] },
        { page: number, perPage },
        (ids) => rows().whereIn('id', ids),
        ({ id }) => id,
      );

    it('hold the same as a walk, with and without a gap', async () => {
      await insert(20_300);
      const whole = await expected();
      const left = whole.filter((_, index) => index % 977 === 0 || (index > 10_000 && index < 10_150));
      await rows().whereIn('id', left).update({ priority: 5 });
      const ids = async (order: 'asc' | 'desc') =>
        ((await rows().whereNot({ priority: 5 }).orderBy('id', order).select('id')) as { id: number }[]).map(
          ({ id }) => id,
        );
      const same = async (): Promise<void> => {
        for (const order of ['asc', 'desc'] as const) {
          const all = await ids(order);
          for (const number of [1, 50, 100, 101, 102, 150, Math.ceil(all.length / 100)]) {
            const found = await nearly(number, 100, order);
            assert.deepEqual(found.items, all.slice((number - 1) * 100, number * 100), `page ${number}, ${order}`);
            assert.equal(found.total, all.length);
          }
        }
      };
      await same();

      await rows().where({ id: whole[300] }).del();

      await same();
    });
  });
});
