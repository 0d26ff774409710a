import type { Widget } from '#core/web/widget';
import type { Stats } from './service.ts';

const DAYS = 30;

/** What came in, less what went back. */
export const incomeWidgets = (stats: Stats): readonly Widget[] => [
  {
    title: 'panel.income',
    permission: 'view',
    order: 10,
    kind: 'figures',
    load: async (ctx) =>
      Object.entries(await stats.incomeOfLate(ctx)).map(([when, value]) => ({ title: `panel.when.${when}`, value })),
  },
  {
    title: 'panel.incomePerDay',
    permission: 'view',
    order: 40,
    kind: 'bars',
    load: (ctx) => stats.incomePerDay(ctx, DAYS),
  },
];
