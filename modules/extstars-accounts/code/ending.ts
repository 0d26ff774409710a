import { DAY, later } from '#core/clock';
import { atomic, type Context } from '#core/context';
import type { Apps } from '../app/service.ts';
import { codeExpired, codeExpiring } from '../contract.ts';
import * as codes from './repository-ending.ts';

const CHUNK = 2000;

/** What jobs do about the ends of codes. They are no guard: each request looks at the clock itself. */
export const createEndings = ({ apps }: { readonly apps: Apps }) => ({
  /** Tells of codes that ended, each end once. */
  async tellExpired(ctx: Context): Promise<void> {
    for (;;) {
      const chunk = await codes.listExpired(ctx.db, ctx.now, CHUNK);
      for (const code of chunk)
        await atomic(ctx, async (tx) => {
          if (await codes.markExpiryTold(tx.db, code))
            await tx.emit(codeExpired, { appId: code.appId, codeId: code.id });
        });
      if (chunk.length < CHUNK) return;
    }
  },

  async tellExpiring(ctx: Context): Promise<void> {
    for (const { appId, settings } of await apps.listAll(ctx)) {
      if (settings.remind_days === 0) continue;
      const span = { from: ctx.now, until: later(ctx.now, settings.remind_days * DAY) };
      for (;;) {
        const chunk = await codes.listEnding(ctx.db, appId, span, CHUNK);
        for (const code of chunk)
          await atomic(ctx, async (tx) => {
            if (await codes.markReminded(tx.db, code)) await tx.emit(codeExpiring, { appId, codeId: code.id });
          });
        if (chunk.length < CHUNK) break;
      }
    }
  },
});
