import { Type } from '@sinclair/typebox';
import { adminEndpoint } from '#core/endpoint';
import { required, Text } from '#core/schema';
import type { Checks } from '../checks.ts';
import type { LimitKeeper } from '../limits.ts';
import { lookUp } from '../lookup.ts';
import * as wire from '../schema.ts';

const nothing = Type.Object({});

export const adminApi = (checks: Checks, limits: LimitKeeper) => ({
  ip_lookup: adminEndpoint({
    summary: 'What is known of an address: this engine keeps no map of the world, so only its kind.',
    permission: 'view',
    input: Type.Object({ ip: required('You must specify an IP address to lookup.', Text({ maxLength: 255 })) }),
    output: wire.AddressView,
    handle: async (_ctx, { ip }) => wire.presentAddress(lookUp(ip)),
  }),

  list_checks: adminEndpoint({
    summary: 'What can be checked.',
    permission: 'view',
    input: nothing,
    output: Type.Array(wire.CheckView),
    handle: async () => checks.list().map(wire.presentCheck),
  }),

  run_check: adminEndpoint({
    summary: 'Check one thing.',
    permission: 'run_checks',
    input: Type.Object({ id: required('You must specify a check ID to run.', Text({ maxLength: 255 })) }),
    output: wire.OutcomeView,
    handle: async (ctx, { id }) => wire.presentOutcome(await checks.run(ctx, id)),
  }),

  run_checks: adminEndpoint({
    summary: 'Check everything.',
    permission: 'run_checks',
    input: nothing,
    output: Type.Array(wire.NamedOutcomeView),
    handle: async (ctx) => (await checks.runAll(ctx)).map(wire.presentNamedOutcome),
  }),

  rate_limit_status: adminEndpoint({
    summary: 'Whether calls are counted at all.',
    permission: 'view',
    input: nothing,
    output: Type.Object({ enabled: Type.Boolean() }),
    handle: async () => ({ enabled: limits.isOn }),
  }),

  rate_limit_get_list: adminEndpoint({
    summary: 'Addresses that have no call left at this moment.',
    permission: 'view',
    input: Type.Object({
      ip: Type.Optional(Text({ maxLength: 255 })),
      search: Type.Optional(Text({ maxLength: 255, description: 'In the address or the name of the policy.' })),
    }),
    output: Type.Array(wire.LimitedView),
    handle: async (_ctx, { ip, search }) =>
      (await limits.list(ip || undefined, search || undefined)).map(wire.presentLimited),
  }),

  rate_limit_reset_ip: adminEndpoint({
    summary: 'Forget what an address has used up, under one policy or all.',
    permission: 'manage_rate_limits',
    input: Type.Object({
      ip: required('You must specify an IP address to reset.', Text({ maxLength: 255 })),
      policy: Type.Optional(Text({ maxLength: 255 })),
    }),
    output: wire.ResetView,
    handle: async (ctx, { ip, policy }) => limits.reset(ctx, ip, policy || null),
  }),

  rate_limit_reset_all: adminEndpoint({
    summary: 'Forget all counts.',
    permission: 'manage_rate_limits',
    input: nothing,
    output: Type.Object({ cleared: Type.Boolean() }),
    handle: (ctx) => limits.resetAll(ctx).then(() => ({ cleared: true })),
  }),
});
