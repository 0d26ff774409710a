import { defineModule } from '#core/module';
import { provide } from '#core/service';
import { twoFactorService } from './contract.ts';
import { migrations } from './migrations/index.ts';
import { createTwoFactor } from './service.ts';

export const twoFactor = defineModule({
  name: 'two-factor',
  title: 'Two-factor login',
  version: '1.0.0',
  description: 'Codes that change every half minute, as the second step of a sign-in.',
  isEssential: true,
  tables: ['two_factor', 'two_factor_recovery'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup(_, { secrets, limits, settings }) {
    return {
      provides: provide(twoFactorService, createTwoFactor({ secrets, limits, settings })),
      errorNumbers: { 'two-factor.needed': 401, 'two-factor.wrong': 401 },
    };
  },
});
