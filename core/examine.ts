import type { Context } from './context.ts';
import type { OrderRef } from './product.ts';

/** How `tollkeeper doctor` reads a table: by id, a chunk at a time. */

/** Small, so that what is read of it is gone before it grows old: the garbage collector is slow to take what is old. */
const CHUNK = 100;
/** More than anybody reads. */
export const MOST_FINDINGS = 100;

export async function examineInChunks<T extends { readonly id: number }>(
  listAfter: (afterId: number, limit: number) => Promise<readonly T[]>,
  look: (chunk: readonly T[]) => Promise<readonly string[]>,
): Promise<string[]> {
  const findings: string[] = [];
  for (let last = 0; findings.length < MOST_FINDINGS;) {
    const chunk = await listAfter(last, CHUNK);
    const end = chunk.at(-1);
    if (end === undefined) break;
    findings.push(...(await look(chunk)));
    last = end.id;
  }
  return findings.slice(0, MOST_FINDINGS);
}

interface Delivery {
  readonly id: number;
  readonly orderId: number;
}

interface Orders<O> {
  findAll(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, O>>;
}

/** What orders delivered, each row held against its order: undefined when there is none. */
export const examineDeliveries = <T extends Delivery, O extends OrderRef>(
  ctx: Context,
  orders: Orders<O>,
  listAfter: (db: Context['db'], afterId: number, limit: number) => Promise<readonly T[]>,
  findingsOf: (row: T, order: O | undefined) => readonly string[],
): Promise<string[]> =>
  examineInChunks(
    (afterId, limit) => listAfter(ctx.db, afterId, limit),
    async (chunk) => {
      const orderOf = await orders.findAll(
        ctx,
        chunk.map(({ orderId }) => orderId),
      );
      return chunk.flatMap((row) => findingsOf(row, orderOf.get(row.orderId)));
    },
  );
