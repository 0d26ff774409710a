import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { Anything } from '#core/schema';
import type { GuestCron } from '../guest-cron.ts';
import type { Cron } from '../service.ts';

export const guestApi = (cron: Cron, guestCron: GuestCron) => ({
  run: guestEndpoint({
    summary: 'Run the scheduled jobs, at most once a minute; false when one failed or it is too early.',
    input: Type.Object({ hash: Type.Optional(Anything({ description: 'As staff see it in the settings.' })) }),
    output: Type.Boolean(),
    handle: async (ctx, { hash }) => {
      await guestCron.refuse(ctx, hash);
      return cron.runSometimes();
    },
  }),
});
