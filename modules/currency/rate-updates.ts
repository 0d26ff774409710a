import { atomic, type Context, type Tx } from '#core/context';
import { AppError, conflict, notFound } from '#core/error';
import type { Rate } from '#core/money';
import type { Rates } from './provider.ts';
import type { Quotes } from './quotes.ts';
import { isSame, times } from './rate.ts';
import * as currencies from './repository.ts';
import type { StoredCurrency } from './repository.ts';

/** Rates of the provider, and how they become those of this shop. */
export interface RateUpdates {
  /** Undefined when none could be had; the log says why. */
  quotedFor(ctx: Context, code: string): Promise<Quoted | undefined>;
  /** All or none: half of it would sell in some currencies at yesterday's rates. */
  update(ctx: Context): Promise<void>;
  /** Whether they are brought up to date without being asked for. */
  isSyncing(ctx: Context): Promise<boolean>;
  /** The same as `update`, for a job: a provider that is away is no failure of ours, and it is asked again at the next run. */
  sync(ctx: Context): Promise<void>;
}

export interface Quoted {
  readonly rate: Rate;
  /** The default currency when it was asked for; undefined: whichever is. */
  readonly base: string | undefined;
}

export function createRateUpdates(quotes: Quotes): RateUpdates {
  const update = async (ctx: Context): Promise<void> => {
    const all = await currencies.listAll(ctx.db);
    const wanted = all.filter(isFetched);
    if (wanted[0] === undefined) return;
    const base = all.find(({ isDefault }) => isDefault)?.code;
    if (base === undefined) throw notFound('currency.no_default', 'Default currency not found');
    const rates = await ratesOf(ctx, base, wanted[0].code);
    const without = wanted.find(({ code }) => !rates.has(code));
    if (without !== undefined) throw withoutRate(without.code);
    await atomic(ctx, (tx) => apply(tx, rates, base));
  };

  return {
    async quotedFor(ctx, code) {
      const base = (await currencies.findDefault(ctx.db))?.code;
      const rates = base === undefined ? undefined : await quotes.of(ctx, base).catch(() => undefined);
      const rate = rates?.get(code);
      return rate && { rate, base };
    },
    update,
    isSyncing: (ctx) => quotes.isOn(ctx),
    async sync(ctx) {
      if (!(await quotes.isOn(ctx))) return;
      await update(ctx).catch((error: unknown) => {
        if (!(error instanceof AppError) || !EXPECTED.includes(error.code)) throw error;
        ctx.log.warn('currency rates were not updated', { error: error.message });
      });
    },
  };

  async function ratesOf(ctx: Context, base: string, code: string): Promise<Rates> {
    try {
      return await quotes.of(ctx, base);
    } catch (error) {
      throw error instanceof AppError ? error : withoutRate(code);
    }
  }
}

const EXPECTED = ['currency.no_rate', 'currency.no_key'];

async function apply(tx: Tx, rates: Rates, base: string): Promise<void> {
  const present = await currencies.listForUpdate(tx.db);
  let changed = 0;
  for (const { code, rate: current } of present.filter(isFetched)) {
    const quoted = rates.get(code);
    const rate = quoted && (await inPresentDefault(tx, { rate: quoted, base }));
    if (rate === undefined || isSame(rate, current)) continue;
    await currencies.set(tx.db, code, { rate }, tx.now);
    changed++;
  }
  if (changed > 0) await tx.record('Updated currency rates');
}

/** The default may have changed while the provider was asked. */
export async function inPresentDefault(tx: Tx, { rate, base }: Quoted): Promise<Rate | undefined> {
  if (base === undefined) return rate;
  const then = await currencies.findForUpdate(tx.db, base);
  return then && times(rate, then.rate);
}

const isFetched = ({ isDefault, isRateManual }: StoredCurrency): boolean => !isDefault && !isRateManual;

const withoutRate = (code: string) =>
  conflict('currency.no_rate', `Unable to fetch conversion rate for currency: ${code}.`);
