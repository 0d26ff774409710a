import type { Knex } from 'knex';
import { SECOND } from '#core/clock';
import type { Context } from '#core/context';
import * as keys from './repository.ts';

const BUNDLE = 200;
const PAUSE_MS = 5 * SECOND;
/** A key that is used all the time is written down once a minute. */
const STALE_MS = 60 * SECOND;
const MOST = 200_000;

/** When keys were used last. Written down in bundles beside the calls, which must not wait for it. */
export interface LastUse {
  note(ctx: Context, keyId: number): void;
  /** What is not written down yet. */
  of(keyId: number): Date | undefined;
}

export function createLastUse(): LastUse {
  /** Also remembers what was written down a moment ago. */
  const seen = new Map<number, Date>();
  const waiting = new Set<number>();
  let isPlanned = false;

  /** One bundle at a time: however many keys are in use, writing it down costs next to nothing. */
  async function write(db: Knex, log: Context['log']): Promise<void> {
    const ids: number[] = [];
    for (const id of waiting) {
      if (ids.push(id) === BUNDLE) break;
    }
    for (const id of ids) waiting.delete(id);
    const latest = ids.map((id) => seen.get(id)).findLast((one) => one !== undefined);
    try {
      if (latest !== undefined) await keys.noteUse(db, ids, latest);
    } catch (error) {
      log.debug('the last use of keys was not written down', { error });
    }
    if (seen.size > MOST) {
      seen.clear();
      waiting.clear();
    }
    isPlanned = false;
    if (waiting.size > 0) plan(db, log);
  }

  function plan(db: Knex, log: Context['log']): void {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(() => void write(db, log), PAUSE_MS).unref();
  }

  return {
    note({ db, log, now }, keyId) {
      const before = seen.get(keyId);
      if (before !== undefined && Math.abs(now.getTime() - before.getTime()) < STALE_MS) return;
      seen.set(keyId, now);
      waiting.add(keyId);
      plan(db, log);
    },
    of: (keyId) => seen.get(keyId),
  };
}
