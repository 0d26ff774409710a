import type { Jobs } from '#core/scheduler';
import type { Widget } from '#core/web/widget';

/** Jobs whose last run went wrong. */
export const cronWidgets = (jobs: Jobs): readonly Widget[] => [
  {
    title: 'panel.failed',
    permission: 'view',
    order: 80,
    kind: 'rows',
    href: '/admin/cron',
    empty: 'panel.noneFailed',
    load: async (ctx) =>
      (await jobs.lastRuns(ctx))
        .filter(({ error }) => error !== undefined)
        .map(({ name, error, startedAt }) => ({ title: name, text: error, at: startedAt })),
  },
];
