import type { Static } from '@sinclair/typebox';
import type { Currency, CurrencyView } from './contract.ts';
import { nameOf, symbolOf } from './names.ts';

export const present = (currency: Currency): Static<typeof CurrencyView> => ({
  code: currency.code,
  name: nameOf(currency.code),
  symbol: symbolOf(currency.code),
  conversion_rate: Number(currency.rateText),
  default: currency.isDefault,
});
