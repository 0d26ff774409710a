import { invalidInput } from '#core/error';
import type { Rate } from '#core/money';
import { isWellFormed } from './names.ts';
import { askOutside, field } from './outside.ts';
import { readRate } from './rate.ts';
import type { Provider, Syncing } from './settings.ts';

/** Where the providers are. Tests put their own in place of these. */
export interface Sources {
  readonly exchangeRateOpen: string;
  readonly exchangeRateKeyed: string;
  readonly currencyData: string;
  readonly currencyLayer: string;
  readonly timeoutMs: number;
}

export const SOURCES: Sources = {
  exchangeRateOpen: 'https://open.er-api.com/v6/latest',
  exchangeRateKeyed: 'https://v6.exchangerate-api.com/v6',
  currencyData: 'https://api.apilayer.com/currency_data/live',
  currencyLayer: 'https://api.currencylayer.com/live',
  timeoutMs: 5000, // somebody may wait for it
};

export type Rates = ReadonlyMap<string, Rate>;

export interface Quoted {
  /** Units of each currency for one of the base. */
  readonly rates: Rates;
  /** When the provider has the next ones, where it says so. */
  readonly nextAt: Date | undefined;
}

const NAMES: Readonly<Record<Provider, string>> = {
  exchangerate_api: 'ExchangeRate-API',
  currency_data_api: 'Currency Data API',
  currencylayer: 'currencylayer',
};

/** All rates a provider has, so that one question answers for every currency that may be added. Throws when it has none. */
export async function quote({ provider, key }: Syncing, base: string, sources: Sources): Promise<Quoted> {
  if (provider === 'exchangerate_api') return askExchangeRate(base, key, sources);
  if (key === undefined)
    throw invalidInput(
      'currency.no_key',
      `You must configure your API key to use ${NAMES[provider]} as an exchange rate data source.`,
    );
  const answer = await (provider === 'currencylayer'
    ? ask(`${sources.currencyLayer}?${new URLSearchParams({ access_key: key, source: base })}`, sources)
    : ask(`${sources.currencyData}?${new URLSearchParams({ source: base })}`, sources, { apikey: key }));
  if (field(answer, 'success') !== true) throw refused(provider, field(field(answer, 'error'), 'info'));
  // Some plans answer in dollars whatever they are asked.
  if (field(answer, 'source') !== base) throw refused(provider, 'rates of another currency');
  return { rates: ratesIn(field(answer, 'quotes'), base), nextAt: undefined };
}

async function askExchangeRate(base: string, key: string | undefined, sources: Sources): Promise<Quoted> {
  const address =
    key === undefined
      ? `${sources.exchangeRateOpen}/${base}`
      : `${sources.exchangeRateKeyed}/${encodeURIComponent(key)}/latest/${base}`;
  const answer = await ask(address, sources);
  if (field(answer, 'result') !== 'success') throw refused('exchangerate_api', field(answer, 'error-type'));
  if (field(answer, 'base_code') !== base) throw refused('exchangerate_api', 'rates of another currency');
  const next = Number(field(answer, 'time_next_update_unix')) * 1000;
  return {
    rates: ratesIn(field(answer, 'conversion_rates') ?? field(answer, 'rates'), ''),
    nextAt: next > 0 && next < 8.64e15 ? new Date(next) : undefined,
  };
}

const ask = (url: string, { timeoutMs }: Sources, headers: Readonly<Record<string, string>> = {}): Promise<unknown> =>
  askOutside({ url, headers, timeoutMs });

const refused = (provider: Provider, reason: unknown): Error =>
  new Error(
    `${NAMES[provider]} gave no rates: ${typeof reason === 'string' ? reason.slice(0, 200) : 'unknown answer'}`,
  );

/** What is no rate is passed over. `USDEUR` is the euro in dollars. */
function ratesIn(quotes: unknown, prefix: string): Rates {
  const rates = new Map<string, Rate>();
  if (typeof quotes !== 'object' || quotes === null) return rates;
  for (const [pair, value] of Object.entries(quotes)) {
    const code = pair.startsWith(prefix) ? pair.slice(prefix.length) : '';
    const rate = typeof value === 'number' ? readRate(String(value)) : undefined;
    if (isWellFormed(code) && rate !== undefined) rates.set(code, rate);
  }
  return rates;
}
