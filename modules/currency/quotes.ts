import { DAY, later, MINUTE } from '#core/clock';
import { atomic, type Context } from '#core/context';
import { messageOf } from '#core/error';
import type { SettingStore } from '#core/settings';
import { quote, type Quoted, type Rates, type Sources } from './provider.ts';
import * as quotes from './quote-repository.ts';
import { readSyncing, type Syncing } from './settings.ts';

/** A provider that failed is left alone for a while, so that without a network only the first who asks has to wait. */
const PAUSE_MS = MINUTE;

export type Quotes = ReturnType<typeof createQuotes>;

interface Failure {
  readonly question: string;
  readonly at: Date;
  readonly error: unknown;
}

/** Rates of the provider staff chose, kept in the database for as long as they said: all processes share what one fetched. */
export function createQuotes(settings: SettingStore, sources: Sources) {
  let failure: Failure | undefined;
  const syncing = async (ctx: Context): Promise<Syncing> => readSyncing(await settings.config(ctx, 'mod_currency'));

  return {
    isOn: async (ctx: Context): Promise<boolean> => (await syncing(ctx)).isOn,

    /** Units of each currency for one of `base`. Throws when there are none. Not for use in a transaction. */
    async of(ctx: Context, base: string): Promise<Rates> {
      const how = await syncing(ctx);
      const kept = await quotes.find(ctx.db, how.provider, base);
      if (kept !== undefined && ctx.now < endOf(kept, how)) return kept.rates;
      const question = [how.provider, how.key, base].join(' ');
      if (failure?.question === question && ctx.now < later(failure.at, PAUSE_MS)) throw failure.error;
      try {
        const quoted = await quote(how, base, sources);
        await atomic(ctx, (tx) => quotes.save(tx.db, { provider: how.provider, base, ...quoted }, tx.now));
        failure = undefined;
        return quoted.rates;
      } catch (error) {
        failure = { question, at: ctx.now, error };
        ctx.log.warn('no exchange rates', { provider: how.provider, base, error: messageOf(error) });
        throw error;
      }
    },
  };
}

function endOf({ fetchedAt, nextAt }: Quoted & { readonly fetchedAt: Date }, how: Syncing): Date {
  if (!how.asksProvider || nextAt === undefined) return later(fetchedAt, how.lifetime);
  const [earliest, latest] = [later(fetchedAt, MINUTE), later(fetchedAt, 2 * DAY)];
  if (nextAt < earliest) return earliest;
  return nextAt > latest ? latest : nextAt; // a clock that is wrong, theirs or ours
}
