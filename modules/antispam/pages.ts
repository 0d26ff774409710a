import { Type } from '@sinclair/typebox';
import { holds } from '#core/actor';
import { adminEndpoint } from '#core/endpoint';
import { Anything, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { Antispam } from './service.ts';

const PATH = '/admin/antispam';

/** The guards and the blocked addresses, in the panel. The guards themselves are changed in the settings. */
export function antispamPages(antispam: Antispam, admin: ReturnType<typeof adminApi>): readonly Page[] {
  const show = adminEndpoint({
    summary: 'Which guards stand before the doors, and who is kept out.',
    permission: 'view',
    input: Type.Object({}),
    output: MapOf(Anything()),
    handle: async (ctx) => {
      const { rights } = ctx.actor;
      const rules = await antispam.rules(ctx);
      const maySet = holds(rights, 'antispam', 'manage_settings');
      return {
        guards: [
          { name: 'addresses', is_on: rules.blocksAddresses },
          { name: 'captcha', is_on: rules.captcha.isOn },
          { name: 'stopforumspam', is_on: rules.asksStopForumSpam },
          { name: 'disposable', is_on: rules.refusesDisposable },
          { name: 'honeypot', is_on: rules.honeypot !== undefined },
        ],
        blocked: rules.blocked,
        may_set: maySet,
        may_block: maySet && holds(rights, 'antispam', 'manage'),
      };
    },
  });
  const form = { role: 'admin', then: PATH } as const;
  return [
    { role: 'admin', route: 'GET /antispam', endpoint: show, view: 'admin/guards' },
    { ...form, route: 'POST /antispam/block', endpoint: admin.block_ip, says: 'antispam.blockedNow' },
    { ...form, route: 'POST /antispam/unblock', endpoint: admin.unblock_ip, says: 'antispam.unblockedNow' },
  ];
}

export const antispamMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.antispam', href: PATH, order: 60, permission: 'view', group: 'system' },
];
