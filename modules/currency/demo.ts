import { atomic } from '#core/context';
import type { Demo } from '#core/demo';
import { rateFrom } from '#core/money';
import * as currencies from './repository.ts';

/** What people of the demo pay in, next to the default currency. */
const RATES: Readonly<Record<string, string>> = { USD: '1', EUR: '0.92', GBP: '0.79', JPY: '151.3' };

export const currencyDemo: Demo = {
  noun: 'currencies',
  fill: ({ ctx }) =>
    atomic(ctx, async (tx) => {
      const known = new Set((await currencies.listAll(tx.db)).map(({ code }) => code));
      for (const [code, rate] of Object.entries(RATES)) {
        if (!known.has(code))
          await currencies.insert(tx.db, { code, rate: rateFrom(rate), isRateManual: true }, tx.now);
      }
    }),
};
