import { Type } from '@sinclair/typebox';
import { MINUTE, SECOND, DAY, HOUR } from '#core/clock';
import { OneOf, Text } from '#core/schema';

/** What staff set, kept under the names of the contract. */
export const settings = Type.Object({
  provider: OneOf('', 'currency_data_api', 'currencylayer'),
  exchangerate_api_key: Type.Optional(Text({ description: 'Without one its open endpoint is asked.' })),
  currencydata_key: Type.Optional(Text()),
  currencylayer_key: Type.Optional(Text()),
  sync_rate: OneOf('auto', '1d', '1h', '10m', '5m', '1m', 'never'),
});

export type Provider = 'exchangerate_api' | 'currency_data_api' | 'currencylayer';

export interface Syncing {
  /** Whether rates are brought up to date without being asked for. */
  readonly isOn: boolean;
  readonly provider: Provider;
  readonly key: string | undefined;
  /** How long what was fetched is good. */
  readonly lifetime: number;
  /** Unless the provider says when it has the next. */
  readonly asksProvider: boolean;
}

const LIFETIMES: Readonly<Record<string, number>> = {
  '1h': HOUR,
  '10m': 10 * MINUTE,
  '5m': 5 * MINUTE,
  '1m': 60 * SECOND,
  never: 0,
};

const KEYS: Readonly<Record<Provider, string>> = {
  exchangerate_api: 'exchangerate_api_key',
  currency_data_api: 'currencydata_key',
  currencylayer: 'currencylayer_key',
};

export function readSyncing(stored: Readonly<Record<string, unknown>>): Syncing {
  const text = (name: string): string => {
    const value = stored[name];
    return typeof value === 'string' ? value.trim() : '';
  };
  const chosen = text('provider');
  const provider = chosen === 'currency_data_api' || chosen === 'currencylayer' ? chosen : 'exchangerate_api';
  const rate = text('sync_rate') || 'auto';
  return {
    isOn: rate !== 'never',
    provider,
    key: text(KEYS[provider]) || undefined,
    lifetime: (Object.hasOwn(LIFETIMES, rate) ? LIFETIMES[rate] : undefined) ?? DAY,
    asksProvider: rate === 'auto',
  };
}
