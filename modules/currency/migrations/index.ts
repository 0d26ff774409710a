import type { Migration } from '#core/db/migrate';
import { createCurrency } from './001_create_currency.ts';
import { createCurrencyQuote } from './002_create_currency_quote.ts';
import { seedCurrency } from './003_seed_currency.ts';

export const migrations: readonly Migration[] = [createCurrency, createCurrencyQuote, seedCurrency];
