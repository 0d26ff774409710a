import type { Tx } from '#core/context';
import type { SettingStore } from '#core/settings';
import * as numbers from './repository-number.ts';
import type { TakenNumber } from './repository-number.ts';

/**
 * Numbers without gaps: the counter is locked from here until the invoice is committed, and each number is kept. Whoever
 * takes one has their other locks already, so that nobody waits for them who waits for a number.
 */
export interface Numbering {
  /** The next number of this counter; `keep` must follow in the same transaction. */
  take(tx: Tx, counter: string, serie: string | undefined): Promise<TakenNumber>;
  keep(tx: Tx, taken: TakenNumber, invoiceId: number): Promise<void>;
  /** Its invoice is deleted: the number is not given again. */
  retire(tx: Tx, invoiceId: number): Promise<void>;
}

export function createNumbering(settings: SettingStore): Numbering {
  return {
    async take(tx, counter, prefix) {
      const serie = prefix ?? '';
      const stored = await settings.paramForUpdate(tx, counter);
      const wanted =
        stored !== undefined && /^\s*\d{1,15}\s*$/.test(stored) ? Number(stored) : await numbers.followLast(tx.db);
      const taken = await numbers.listTaken(tx.db, serie, [wanted - 1, wanted]);
      const number = taken.has(wanted) ? (await numbers.last(tx.db, serie)) + 1 : wanted;
      await settings.saveParam(tx, counter, String(number + 1));
      return { serie, number, isFirst: number === wanted && !taken.has(wanted - 1) };
    },

    keep: (tx, taken, invoiceId) => numbers.insert(tx.db, taken, invoiceId, tx.now),
    retire: (tx, invoiceId) => numbers.retire(tx.db, invoiceId, tx.now),
  };
}
