import { atomic, type Context, type Tx } from './context.ts';
import { DAY } from './clock.ts';

/** Made-up data that hangs together, for `tollkeeper demo` and the benchmark. */

export interface DemoSizes {
  readonly clients: number;
  readonly orders: number;
  readonly invoices: number;
}

/** What one module adds. Modules fill in the order of their needs, so what they use is there. */
export interface Demo {
  /** What it makes, for who watches: `orders`. */
  readonly noun: string;
  /** How many there are; only an installation without any is filled unasked. Absent: what is there is no obstacle. */
  count?(ctx: Context): Promise<number>;
  fill(run: DemoRun): Promise<void>;
}

/** Numbers that look random. */
export interface Draw {
  /** From 0 to below 1. */
  fraction(): number;
  /** Both ends included. */
  int(from: number, to: number): number;
  pick<T>(list: readonly T[]): T;
  /** True in so many cases: 0.1 is one in ten. */
  chance(share: number): boolean;
}

/** Rows with consecutive ids. */
export interface IdRange {
  readonly first: number;
  readonly count: number;
}

export interface DemoRun {
  readonly ctx: Context;
  readonly sizes: DemoSizes;
  /** When the story begins and ends; it ends with the day before today, so that a day has one story. */
  readonly since: Date;
  readonly now: Date;
  /** What this run made, by table, for the modules that come after. */
  readonly made: Map<string, IdRange>;
  /** For one row of a table: the same for the same seed, whatever is drawn for others. */
  draw(about: string, row: number): Draw;
  /**
   * `prepare` makes the next few hundred rows, one piece after the other; `write` inserts them, in transactions of some
   * thousand rows. A transaction that must be repeated is written again and not prepared again.
   */
  inPieces<P>(
    count: number,
    prepare: (first: number, size: number) => Promise<P> | P,
    write: (tx: Tx, piece: P) => Promise<void>,
  ): Promise<void>;
}

interface Beginning {
  readonly ctx: Context;
  readonly sizes: DemoSizes;
  readonly seed: string;
  /** Told how far the present module is. */
  readonly tell: (done: number, count: number) => void;
}

/** SQLite takes no more than 500 rows in one statement. */
export const ROWS_PER_STATEMENT = 400;
const STATEMENTS_PER_TRANSACTION = 10;
/** A small shop is a young one: its invoices are days apart and not weeks. */
const DAYS_PER_INVOICE = 2;
const MOST_DAYS = 3 * 365;

export function createDemoRun({ ctx, sizes, seed, tell }: Beginning): DemoRun {
  const now = new Date(Math.floor(ctx.now.getTime() / DAY) * DAY);
  return {
    ctx,
    sizes,
    now,
    since: new Date(now.getTime() - Math.min(sizes.invoices * DAYS_PER_INVOICE, MOST_DAYS) * DAY),
    made: new Map(),
    draw: (about, row) => drawFrom(`${seed}/${about}/${row}`),
    async inPieces<P>(
      count: number,
      prepare: (first: number, size: number) => Promise<P> | P,
      write: (tx: Tx, piece: P) => Promise<void>,
    ): Promise<void> {
      const perTransaction = ROWS_PER_STATEMENT * STATEMENTS_PER_TRANSACTION;
      for (let start = 0; start < count; start += perTransaction) {
        const end = Math.min(start + perTransaction, count);
        const pieces: P[] = [];
        for (let first = start; first < end; first += ROWS_PER_STATEMENT)
          pieces.push(await prepare(first, Math.min(ROWS_PER_STATEMENT, end - first)));
        await atomic(ctx, async (tx) => {
          for (const piece of pieces) await write(tx, piece);
        });
        tell(end, count);
      }
    },
  };
}

/** mulberry32 over a hash of the seed. */
export function drawFrom(seed: string): Draw {
  let state = 0x811c9dc5;
  for (let index = 0; index < seed.length; index++) state = Math.imul(state ^ seed.charCodeAt(index), 0x01000193);
  const fraction = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (from: number, to: number): number => from + Math.floor(fraction() * (to - from + 1));
  return {
    fraction,
    int,
    chance: (share) => fraction() < share,
    pick(list) {
      const found = list[int(0, list.length - 1)];
      if (found === undefined) throw new RangeError('There is nothing to draw from.');
      return found;
    },
  };
}
