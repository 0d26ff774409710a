import type { Static } from '@sinclair/typebox';
import type { Context } from '#core/context';
import type { ClientService } from '#modules/client/contract';
import type { OrderService } from '#modules/order/contract';
import type { ProductService } from '#modules/product/contract';
import type { Invoice } from './contract.ts';
import type { Rules } from './rules.ts';
import { presentInvoice, presentSummary, type InvoiceSummary, type InvoiceView, type Surroundings } from './schema.ts';

interface Needs {
  readonly clients: ClientService;
  readonly orders: OrderService;
  readonly products: ProductService;
  rules(ctx: Context): Promise<Rules>;
}

/** Invoices with what stands around them, in four queries whatever their number. */
export interface InvoiceViews {
  show(ctx: Context, invoices: readonly Invoice[]): Promise<Static<typeof InvoiceView>[]>;
  summarize(ctx: Context, invoices: readonly Invoice[]): Promise<Static<typeof InvoiceSummary>[]>;
}

export function createInvoiceViews({ clients, orders, products, rules }: Needs): InvoiceViews {
  const clientsOf = (ctx: Context, invoices: readonly Invoice[]) => {
    const ids = [...new Set(invoices.flatMap(({ clientId }) => clientId ?? []))];
    return ids.length === 0 ? Promise.resolve(new Map<number, never>()) : clients.summaries(ctx, ids);
  };

  return {
    async show(ctx, invoices) {
      if (invoices.length === 0) return [];
      const orderIds = new Set(
        invoices.flatMap(({ lines }) =>
          lines.flatMap(({ type, relId }) => (type === 'order' && relId ? [Number(relId)] : [])),
        ),
      );
      const [settings, clientOf, orderOf] = await Promise.all([
        rules(ctx),
        clientsOf(ctx, invoices),
        orderIds.size === 0 ? new Map<number, never>() : orders.findAll(ctx, [...orderIds]),
      ]);
      const productIds = [...new Set([...orderOf.values()].map(({ productId }) => productId))];
      const productOf = productIds.length === 0 ? new Map<number, never>() : await products.namesOf(ctx, productIds);
      return invoices.map((invoice) =>
        presentInvoice(invoice, {
          rules: settings,
          client: clientOf.get(invoice.clientId ?? 0),
          orders: orderOf,
          products: productOf,
        }),
      );
    },

    async summarize(ctx, invoices) {
      if (invoices.length === 0) return [];
      const [settings, clientOf] = await Promise.all([rules(ctx), clientsOf(ctx, invoices)]);
      return invoices.map((invoice) =>
        presentSummary(invoice, {
          ...ALONE,
          rules: settings,
          client: clientOf.get(invoice.clientId ?? 0),
        }),
      );
    },
  };
}

const ALONE: Pick<Surroundings, 'orders' | 'products'> = { orders: new Map(), products: new Map() };
