import { Type } from '@sinclair/typebox';
import { adminEndpoint } from '#core/endpoint';
import { Int, MapOf, Text } from '#core/schema';
import type { Kind, Stats } from '../service.ts';

const count = Type.Integer();
const amount = Type.Union([Type.Number(), Type.String()], {
  description: 'In the default currency; decimal text before the first invoice.',
});
const times = ['total', 'today', 'yesterday', 'this_month', 'last_month'] as const;
const kinds = ['clients', 'orders', 'invoices', 'tickets'] as const;
const each = <T extends string, S>(names: readonly T[], schema: S) =>
  Object.fromEntries(names.map((name) => [name, schema])) as Record<T, S>; // an entry for each name

const Nothing = Type.Object({});
const Dates = Type.Object({
  date_from: Type.Optional(Text({ description: 'One month ago when absent; its own day is not shown.' })),
  date_to: Type.Optional(Text({ description: 'Tomorrow when absent; its own day is not shown.' })),
});
const Limit = Type.Object({ limit: Int({ minimum: 0, maximum: 1000, default: 10 }) });
const Counts = MapOf(count);

export const adminApi = (stats: Stats) => ({
  get_summary: adminEndpoint({
    summary: 'How many clients, orders, invoices and tickets there are, and how many are new.',
    permission: 'view',
    input: Nothing,
    output: Type.Object(
      each(
        kinds.flatMap((kind) => times.map((when) => `${kind}_${when}` as const)),
        count,
      ),
    ),
    handle: (ctx) => stats.summary(ctx),
  }),

  get_summary_income: adminEndpoint({
    summary: 'What came in less what went back, by the day of the payment.',
    permission: 'view',
    input: Nothing,
    output: Type.Object(each(times, amount)),
    handle: (ctx) => stats.income(ctx),
  }),

  get_income_vs_refunds: adminEndpoint({
    summary: 'All that ever came in, and all that went back.',
    permission: 'view',
    input: Nothing,
    output: Type.Object({ refund: amount, income: amount }),
    handle: (ctx) => stats.incomeAndRefunds(ctx),
  }),

  get_orders_statuses: adminEndpoint({
    summary: 'How many orders are in each status.',
    permission: 'view',
    input: Nothing,
    output: Type.Object(
      each(['pending_setup', 'failed_setup', 'failed_renew', 'active', 'suspended', 'canceled'], count),
    ),
    handle: (ctx) => stats.statuses(ctx),
  }),

  get_product_summary: adminEndpoint({
    summary: 'Products with active orders, most first.',
    permission: 'view',
    input: Nothing,
    output: Type.Array(Type.Object({ id: Type.Integer(), title: Type.String(), orders: count })),
    handle: (ctx) => stats.productSummary(ctx),
  }),

  get_product_sales: adminEndpoint({
    summary: 'How many orders of each title were made.',
    permission: 'view',
    input: Dates,
    output: Counts,
    handle: (ctx, dates) => stats.productSales(ctx, chosen(dates)),
  }),

  get_clients: countsPerDay(stats, 'clients'),
  get_orders: countsPerDay(stats, 'orders'),
  get_invoices: countsPerDay(stats, 'invoices'),
  get_tickets: countsPerDay(stats, 'tickets'),

  get_income: takingsPerDay(stats, 'income'),
  get_refunds: takingsPerDay(stats, 'refund'),

  client_countries: adminEndpoint({
    summary: 'The countries with the most clients.',
    permission: 'view',
    input: Limit,
    output: Counts,
    handle: (ctx, { limit }) => stats.clientCountries(ctx, limit),
  }),

  sales_countries: adminEndpoint({
    summary: 'The countries with the most paid invoices.',
    permission: 'view',
    input: Limit,
    output: Counts,
    handle: (ctx, { limit }) => stats.salesCountries(ctx, limit),
  }),
});

/** Milliseconds since 1970 and a number, for each day. */
const Line = (value: typeof count | ReturnType<typeof Type.Number>) =>
  Type.Array(Type.Tuple([Type.Integer(), value]), { description: 'Unix milliseconds and the number of that day.' });

const chosen = (dates: { date_from?: string; date_to?: string }) => ({ from: dates.date_from, to: dates.date_to });

function countsPerDay(stats: Stats, kind: Kind) {
  return adminEndpoint({
    summary: `How many ${kind} were made on each day.`,
    permission: 'view',
    input: Dates,
    output: Line(count),
    handle: (ctx, dates) => stats.perDay(ctx, kind, chosen(dates)),
  });
}

function takingsPerDay(stats: Stats, which: 'income' | 'refund') {
  return adminEndpoint({
    summary: which === 'income' ? 'What came in on each day.' : 'What was paid back on each day.',
    permission: 'view',
    input: Dates,
    output: Line(Type.Number()),
    handle: (ctx, dates) => stats.takingsPerDay(ctx, which, chosen(dates)),
  });
}
