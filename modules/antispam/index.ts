import { ahead, before } from '#core/listener';
import { defineModule } from '#core/module';
import {
  clientAskingReset,
  clientBeingUpdated,
  clientChangingProfile,
  clientSigningIn,
  clientSigningUp,
} from '#modules/client/contract';
import { staffSigningIn } from '#modules/staff/contract';
import { adminApi } from './api/admin.ts';
import { guestApi } from './api/guest.ts';
import { settings } from './config.ts';
import { createDisposable } from './disposable.ts';
import { createGuards } from './guards.ts';
import { askOutside, type AskOutside } from './outside.ts';
import { antispamMenu, antispamPages } from './pages.ts';
import { createAntispamService } from './service.ts';

/** `ask` reaches the vendors of captchas and the like. */
export const createAntispam = (ask: AskOutside) =>
  defineModule({
    name: 'antispam',
    title: 'Antispam',
    version: '1.0.0',
    description: 'Keeps programs and known spammers from signing up, and blocked addresses from signing in.',
    isEssential: true,
    settings,
    permissions: {
      view: 'See the guards and the blocked addresses.',
      manage: 'Block addresses, together with the next one.',
      manage_settings: 'Change the guards.',
    },
    migrations: [],
    folder: new URL('.', import.meta.url),

    setup(_services, toolbox) {
      const antispam = createAntispamService(toolbox.settings);
      const guards = createGuards({ settings: toolbox.settings, ask, isDisposable: createDisposable() });
      const admin = adminApi(antispam);
      return {
        api: { guest: guestApi(antispam), admin },
        pages: antispamPages(antispam, admin),
        menu: antispamMenu,
        hooks: [
          ahead(clientSigningUp, (ctx, stranger) => guards.checkSignUp(ctx, stranger)),
          ahead(clientAskingReset, (ctx, stranger) => guards.checkReset(ctx, stranger)),
          before(clientSigningIn, (tx, { ip }) => guards.refuseBlocked(tx, ip)),
          before(clientBeingUpdated, (tx, { ip }) => guards.refuseBlocked(tx, ip)),
          before(clientChangingProfile, (tx, { ip }) => guards.refuseBlocked(tx, ip)),
          before(staffSigningIn, (tx, { ip }) => guards.refuseBlocked(tx, ip)),
        ],
      };
    },
  });

export const antispam = createAntispam(askOutside);
