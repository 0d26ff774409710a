import { Type } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint } from '#core/endpoint';
import { Anything, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { adminApi } from './api/admin.ts';
import type { Checks, NamedOutcome } from './checks.ts';
import type { LimitKeeper } from './limits.ts';
import { presentLimited } from './schema.ts';

const PATH = '/admin/security';
const Shown = MapOf(Anything());

interface Parts {
  readonly checks: Checks;
  readonly limits: LimitKeeper;
  /** Addresses and networks that are never counted. */
  readonly exempt: readonly string[];
  readonly admin: ReturnType<typeof adminApi>;
}

/** The checks of the installation and who is held up by the rate limits, in the panel. */
export function securityPages({ checks, limits, exempt, admin }: Parts): readonly Page[] {
  const show = adminEndpoint({
    summary: 'What can be checked, and who is held up.',
    permission: 'view',
    input: Type.Object({}),
    output: Shown,
    handle: (ctx) => describe(ctx, []),
  });
  const run = adminEndpoint({
    summary: 'Check everything, and show what came of it.',
    permission: ['view', 'run_checks'],
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => describe(ctx, await checks.runAll(ctx)),
  });

  async function describe({ actor }: Context<AdminActor>, outcomes: readonly NamedOutcome[]) {
    return {
      checks: checks.list().map(({ id, name, description }) => ({
        id,
        name,
        description,
        outcome: outcomes.find((outcome) => outcome.id === id) ?? null,
      })),
      is_limiting: limits.isOn,
      limited: (await limits.list(undefined, undefined)).map(presentLimited),
      exempt,
      may_run: holds(actor.rights, 'security', 'run_checks'),
      may_reset: holds(actor.rights, 'security', 'manage_rate_limits'),
    };
  }

  const form = { role: 'admin', then: PATH } as const;
  return [
    { role: 'admin', route: 'GET /security', endpoint: show, view: 'admin/security' },
    // Where a browser stands after the checks; loading it again shows them unrun.
    { role: 'admin', route: 'GET /security/checks', endpoint: show, view: 'admin/security' },
    { role: 'admin', route: 'POST /security/checks', endpoint: run, view: 'admin/security' },
    { ...form, route: 'POST /security/limits/reset', endpoint: admin.rate_limit_reset_ip, says: 'security.wasReset' },
    {
      ...form,
      route: 'POST /security/limits/reset-all',
      endpoint: admin.rate_limit_reset_all,
      says: 'security.allReset',
    },
  ];
}

export const securityMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'menu.security', href: PATH, order: 50, permission: 'view', group: 'system' },
];
