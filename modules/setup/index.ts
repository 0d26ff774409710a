import { atomic, type Context } from '#core/context';
import { on } from '#core/listener';
import { defineModule } from '#core/module';
import { clientCreated, clientSignedUp } from '#modules/client/contract';
import { currencyService } from '#modules/currency/contract';
import { emailService } from '#modules/email/contract';
import { productService } from '#modules/product/contract';
import {
  firstAdministratorMade,
  staffCreated,
  staffOwnPasswordChanged,
  staffPasswordChanged,
  staffPasswordReset,
  staffService,
} from '#modules/staff/contract';
import { createKey } from './key.ts';
import { DOOR, setupPages, WIZARD } from './pages.ts';
import { createSetup } from './service.ts';
import { createProgress } from './state.ts';

export const setup = defineModule({
  name: 'setup',
  title: 'Setup',
  version: '1.0.0',
  description: 'Leads whoever opens a new installation through what must be said of it.',
  isEssential: true,
  uses: { staff: staffService, currencies: currencyService, products: productService, emails: emailService },
  migrations: [],
  folder: new URL('.', import.meta.url),

  setup({ staff, currencies, products, emails }, { settings, secrets, limits, config }) {
    const progress = createProgress(settings);
    const key = createKey({ settings, secrets, limits });
    const service = createSetup({ progress, key, settings, limits, staff, currencies, products, emails });
    const settle = (ctx: Context): Promise<void> => progress.settle(ctx);

    /** Each start prints a new key, as long as nobody can manage everything. */
    async function prepare(ctx: Context): Promise<void> {
      if (await staff.hasAdministrator(ctx)) return;
      await progress.begin(ctx);
      const text = await atomic(ctx, (tx) => key.renew(tx));
      announce(new URL(DOOR, config.baseUrl).href, text);
    }

    return {
      pages: setupPages({ setup: service, progress, settings, staff, currencies, products }),
      async gate(ctx) {
        if ((await progress.state(ctx)) !== 'due') return undefined;
        const place = (await staff.hasAdministrator(ctx)) ? WIZARD : DOOR;
        // Only where people come in: the API and all other pages go on.
        return { redirect: ({ path }) => (['/', '/admin'].includes(path) && !progress.isLeft() ? place : undefined) };
      },
      listeners: [
        on(firstAdministratorMade, 'begin', (ctx) => progress.begin(ctx)),
        on(staffOwnPasswordChanged, 'settle_own_password', settle),
        on(staffPasswordChanged, 'settle_password', settle),
        on(staffPasswordReset, 'settle_reset', settle),
        on(staffCreated, 'settle_staff', settle),
        on(clientSignedUp, 'settle_sign_up', settle),
        on(clientCreated, 'settle_client', settle),
      ],
      prepare,
    };
  },
});

/** Not through the log, which is kept: for whoever starts the engine. */
function announce(place: string, key: string): void {
  const text = ['There is no administrator. Open this page and show it the key:', `  Page: ${place}`, `  Key:  ${key}`];
  process.stdout.write(`\n${text.join('\n')}\n\n`);
}
