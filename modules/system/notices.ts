import type { Context } from '#core/context';
import * as records from './repository.ts';

export type NoticeType = 'danger' | 'warning' | 'info' | 'success';

export interface Notice {
  readonly type: NoticeType;
  readonly title: string;
  readonly message: string;
}

const LATE_MS = 15 * 60 * 1000;

/** What staff should know of the engine's health. */
export async function listNotices(ctx: Context): Promise<Notice[]> {
  const [lastRun, givenUp] = await Promise.all([records.findLastJobRun(ctx.db), records.countGivenUp(ctx.db)]);
  const notices: Notice[] = [];
  if (lastRun === undefined)
    notices.push({ type: 'danger', title: 'Scheduled jobs', message: 'Scheduled jobs have never run.' });
  else if (ctx.now.getTime() - lastRun.getTime() > LATE_MS)
    notices.push({
      type: 'danger',
      title: 'Scheduled jobs',
      message: 'Scheduled jobs have not run for more than 15 minutes.',
    });
  if (givenUp > 0)
    notices.push({
      type: 'warning',
      title: 'Deliveries',
      message: `${givenUp} mails or other deliveries failed and are no longer tried.`,
    });
  return notices;
}
