import { plug, type Plug } from '#core/plugin';
import type { Context } from '#core/context';
import type { Say } from '#core/web/phrase';
import { clientSection, clientStory } from '#modules/client/contract';
import { orderSection } from '#modules/order/contract';
import type { Invoice, InvoiceFilter } from './contract.ts';
import { invoicePath } from './overview.ts';
import { listPage } from './repository-list.ts';
import { listMadeOf, listPaidOf } from './repository-overview.ts';
import type { readRules } from './rules.ts';
import { serieNrOf } from './schema.ts';
import { totalsOf } from './totals.ts';

const FEW = { page: 1, perPage: 8 };

/** What the pages of clients and orders show of invoices. */
export function staffPlugs(rules: ReturnType<typeof readRules>, say: Say): readonly Plug[] {
  const rowsOf = async (ctx: Context, filter: InvoiceFilter) => {
    const [{ items }, settings] = await Promise.all([listPage(ctx.db, filter, undefined, FEW), rules(ctx)]);
    return items.map((invoice) => ({
      title: serieNrOf(invoice, settings),
      text: say('panel.total', { total: totalsOf(invoice).total }),
      href: invoicePath(invoice.id),
      status: invoice.status,
      at: invoice.createdAt,
    }));
  };
  return [
    plug(clientSection, {
      module: 'invoice',
      permission: 'view',
      order: 20,
      title: say('panel.invoices'),
      load: (ctx, clientId) => rowsOf(ctx, { clientId }),
      allAt: (clientId) => `/admin/invoice?client_id=${clientId}`,
    }),
    plug(orderSection, {
      module: 'invoice',
      permission: 'view',
      title: say('panel.invoices'),
      load: (ctx, orderId) => rowsOf(ctx, { orderId }),
    }),
    plug(clientStory, {
      module: 'invoice',
      permission: 'view',
      async load(ctx, clientId, span) {
        const [made, paid, settings] = await Promise.all([
          listMadeOf(ctx.db, clientId, span),
          listPaidOf(ctx.db, clientId, span),
          rules(ctx),
        ]);
        const told = (key: string, invoice: Omit<Invoice, 'lines'>, at: Date) => ({
          at,
          title: say(key, { number: serieNrOf(invoice, settings) }),
          href: invoicePath(invoice.id),
        });
        return [
          ...made.map((one) => told('panel.made', one, one.createdAt)),
          ...paid.flatMap((one) => (one.paidAt === undefined ? [] : [told('panel.paid', one, one.paidAt)])),
        ]
          .toSorted((one, other) => other.at.getTime() - one.at.getTime())
          .slice(0, span.limit);
      },
    }),
  ];
}
