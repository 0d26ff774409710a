import { SECOND } from './clock.ts';
import type { Context } from './context.ts';

const FRESH_MS = SECOND;

/** Reads what seldom changes and is asked for often. */
export interface Reader<T> {
  (ctx: Context): Promise<T>;
  /** At most a second old, so that a change is seen that soon in every process. */
  recent(ctx: Context): Promise<T>;
  /** It was changed here; other processes look again within a second. */
  forget(): void;
}

export function createReader<T>(read: (ctx: Context) => Promise<T>): Reader<T> {
  let known: { readonly value: T; readonly at: number } | undefined;
  return Object.assign((ctx: Context) => read(ctx), {
    async recent(ctx: Context) {
      const now = ctx.now.getTime();
      // A clock that was set back must not make what is known young for ever.
      if (known === undefined || Math.abs(now - known.at) >= FRESH_MS) known = { value: await read(ctx), at: now };
      return known.value;
    },
    forget() {
      known = undefined;
    },
  });
}
