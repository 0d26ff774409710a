import { defineModule } from '#core/module';
import { provide } from '#core/service';
import { adminApi } from './api/admin.ts';
import { guestApi } from './api/guest.ts';
import { currencyService } from './contract.ts';
import { currencyDemo } from './demo.ts';
import { migrations } from './migrations/index.ts';
import { currencyMenu, currencyPages } from './panel.ts';
import { SOURCES, type Sources } from './provider.ts';
import { createQuotes } from './quotes.ts';
import { createRateUpdates } from './rate-updates.ts';
import { createCurrencies } from './service.ts';
import { settings } from './settings.ts';

/** `sources` is where exchange rates come from. */
export const createCurrency = (sources: Sources) =>
  defineModule({
    name: 'currency',
    title: 'Currencies',
    version: '1.0.0',
    description: 'What prices are in, what else one can pay in, and what one is worth in the other.',
    isEssential: true,
    settings,
    permissions: {
      view: 'See currencies.',
      create: 'Add currencies.',
      edit: 'Change currencies and their rates.',
      delete: 'Remove currencies.',
      set_default: 'Choose the currency that prices are in.',
      update_rates: 'Take the rates of the provider.',
      manage_settings: 'Choose the provider of rates.',
    },
    tables: ['currency', 'currency_quote'],
    migrations,
    folder: new URL('.', import.meta.url),

    setup(_services, toolbox) {
      const rates = createRateUpdates(createQuotes(toolbox.settings, sources));
      const currencies = createCurrencies(toolbox.settings, rates);
      const admin = adminApi(currencies, rates);
      return {
        provides: provide(currencyService, currencies),
        api: { guest: guestApi(currencies), admin },
        pages: currencyPages({ currencies, rates, admin }),
        menu: currencyMenu,
        errorNumbers: { 'currency.invalid_rate': 151 },
        jobs: [
          {
            name: 'sync_rates',
            schedule: '*/5 * * * *',
            cron: { order: 200 },
            run: (ctx) => rates.sync(ctx),
          },
        ],
        checks: [{ name: 'one currency is the default', run: (ctx) => currencies.examine(ctx) }],
        demo: currencyDemo,
      };
    },
  });

export const currency = createCurrency(SOURCES);
