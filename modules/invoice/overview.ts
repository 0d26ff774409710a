import type { Context } from '#core/context';
import type { Search } from '#core/web/search';
import type { Widget } from '#core/web/widget';
import type { Invoice } from './contract.ts';
import { startOfDay } from './day.ts';
import { countOpen, findByNumber, listOverdue } from './repository-overview.ts';
import type { readRules } from './rules.ts';
import { serieNrOf } from './schema.ts';

/** Where staff see an invoice. */
export const invoicePath = (id: number): string => `/admin/invoice/manage/${id}`;

const OVERDUE = 5;

/** What the panel shows of invoices outside their own pages. */
export function invoicePanel(rules: ReturnType<typeof readRules>): {
  search: readonly Search[];
  widgets: readonly Widget[];
} {
  const rowsOf = async (ctx: Context, found: readonly Invoice[]) => {
    const settings = await rules(ctx);
    return found.map((invoice) => ({
      title: serieNrOf(invoice, settings),
      text: buyerOf(invoice),
      href: invoicePath(invoice.id),
      status: invoice.status,
    }));
  };
  return {
    search: [
      {
        title: 'panel.invoices',
        permission: 'view',
        find: async (ctx, text, limit) => rowsOf(ctx, await findByNumber(ctx.db, text, limit)),
      },
    ],
    widgets: [
      {
        title: 'panel.open',
        permission: 'view',
        order: 20,
        kind: 'figures',
        href: '/admin/invoice?status=unpaid',
        async load(ctx) {
          const { open, overdue } = await countOpen(ctx.db, startOfDay(ctx.now));
          return [
            { title: 'panel.due', value: open, href: '/admin/invoice?status=unpaid' },
            { title: 'panel.overdue', value: overdue, isTrouble: true },
          ];
        },
      },
      {
        title: 'panel.overdueList',
        permission: 'view',
        order: 70,
        kind: 'rows',
        empty: 'panel.noneOverdue',
        async load(ctx) {
          const found = await listOverdue(ctx.db, startOfDay(ctx.now), OVERDUE);
          const rows = await rowsOf(ctx, found);
          return rows.map((row, index) => ({ ...row, at: found[index]?.dueAt }));
        },
      },
    ],
  };
}

const buyerOf = ({ buyer: { firstName, lastName, company } }: Invoice): string =>
  [firstName, lastName, company].filter(Boolean).join(' ');
