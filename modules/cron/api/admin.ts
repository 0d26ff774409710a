import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { DateTime, Or, Truthy } from '#core/schema';
import type { GuestCron } from '../guest-cron.ts';
import type { Cron } from '../service.ts';

const manageSettings = ['manage', 'manage_settings'];

export const adminApi = (cron: Cron, guestCron: GuestCron, baseUrl: string) => ({
  info: adminEndpoint({
    summary: 'What an outside cron calls, and when the scheduled jobs last ran.',
    permission: 'view',
    input: Type.Object({}),
    output: Type.Object({ cron_path: Type.String(), last_cron_exec: Or(DateTime) }),
    handle: async (ctx) => ({
      cron_path: new URL('/api/guest/cron/run', baseUrl).href,
      last_cron_exec: (await cron.lastRunAt(ctx)) ?? null,
    }),
  }),

  run: adminEndpoint({
    summary: 'Run the scheduled jobs now; false when one failed or another run is under way.',
    permission: 'manage',
    input: Type.Object({}),
    output: Type.Boolean(),
    handle: () => cron.run(),
  }),

  save_settings: adminEndpoint({
    summary: 'Whether an outside cron may run the jobs.',
    permission: manageSettings,
    input: Type.Object({ guest_cron: Truthy() }),
    output: Done,
    handle: (ctx, { guest_cron }) => done(guestCron.set(ctx, guest_cron)),
  }),

  regenerate_cron_hash: adminEndpoint({
    summary: 'Replace the hash that an outside cron has to send.',
    permission: manageSettings,
    input: Type.Object({}),
    output: Type.Object({ cron_hash: Type.String() }),
    handle: async (ctx) => ({ cron_hash: await guestCron.renewHash(ctx) }),
  }),
});
