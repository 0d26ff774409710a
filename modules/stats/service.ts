import type { Context } from '#core/context';
import { subtract, toDecimal, toNumber, zero, type Money } from '#core/money';
import type { SalesReport, Takings, Tally } from '#core/report';
import type { ClientService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import type { OrderReport } from '#modules/order/contract';
import type { ProductService } from '#modules/product/contract';
import { readSeries, recentDays, recentSpans, SPANS, type Dates } from './series.ts';

/** Every answer costs a fixed number of queries, each over an index; what no module counts is 0. */
export type Stats = ReturnType<typeof createStats>;

export type Amount = number | string;
export type Kind = 'clients' | 'orders' | 'invoices' | 'tickets';
export type When = 'total' | (typeof SPANS)[number];

export interface Needs {
  readonly clients: ClientService;
  readonly currencies: CurrencyService;
  readonly orders: OrderReport;
  readonly products: ProductService;
  /** Lent by modules that need not be there. */
  readonly invoices?: Tally;
  readonly tickets?: Tally;
  readonly sales?: SalesReport;
  readonly timeZone: string;
}

const KINDS: readonly Kind[] = ['clients', 'orders', 'invoices', 'tickets'];

export function createStats({ clients, currencies, orders, products, invoices, tickets, sales, timeZone }: Needs) {
  const tallies: Record<Kind, Tally | undefined> = {
    clients: clients.tally,
    orders: orders.tally,
    invoices,
    tickets,
  };
  const nothing = async (ctx: Context): Promise<Takings> => {
    const none = zero((await currencies.default(ctx)).code);
    return { income: none, refund: none };
  };

  /** Sums are numbers, and decimal texts in a shop that never made an invoice: FOSSBilling answers both (spec C12). */
  const writer = async (ctx: Context): Promise<(amount: Money) => Amount> =>
    ((await invoices?.total(ctx)) ?? 0) > 0 ? toNumber : toDecimal;

  return {
    /** How many there are of each kind, and of these how many are of late. */
    async summary(ctx: Context): Promise<Record<`${Kind}_${When}`, number>> {
      const spans = recentSpans(ctx.now, timeZone);
      const counts = await Promise.all(
        KINDS.map(async (kind) => {
          const tally = tallies[kind];
          const recent = (await tally?.within(ctx, spans)) ?? [];
          const entries = SPANS.map((when, index) => [`${kind}_${when}`, recent[index] ?? 0] as const);
          return [[`${kind}_total`, (await tally?.total(ctx)) ?? 0] as const, ...entries];
        }),
      );
      return Object.fromEntries(counts.flat()) as Record<`${Kind}_${When}`, number>; // each kind with each time
    },

    /** What came in less what went back. */
    async income(ctx: Context): Promise<Record<When, Amount>> {
      const write = await writer(ctx);
      const none = await nothing(ctx);
      const total = (await sales?.total(ctx)) ?? none;
      const recent = (await sales?.within(ctx, recentSpans(ctx.now, timeZone))) ?? [];
      const entries = SPANS.map((when, index) => [when, write(net(recent[index] ?? none))] as const);
      return Object.fromEntries([['total', write(net(total))], ...entries]) as Record<When, Amount>; // each time has its entry
    },

    /** The same as amounts of the default currency, for people to read. */
    async incomeOfLate(ctx: Context): Promise<Record<(typeof SPANS)[number], Money>> {
      const none = await nothing(ctx);
      const recent = (await sales?.within(ctx, recentSpans(ctx.now, timeZone))) ?? [];
      const entries = SPANS.map((when, index) => [when, net(recent[index] ?? none)] as const);
      return Object.fromEntries(entries) as Record<(typeof SPANS)[number], Money>; // each time has its entry
    },

    /** Of each of the last days, today included. */
    async incomePerDay(ctx: Context, days: number): Promise<{ day: Date; amount: Money }[]> {
      const { span, points } = recentDays(ctx.now, days, timeZone);
      const none = await nothing(ctx);
      const takings = await sales?.perDay(ctx, span, timeZone);
      return points.map(({ day, milliseconds }) => ({
        day: new Date(milliseconds),
        amount: net(takings?.get(day) ?? none),
      }));
    },

    async incomeAndRefunds(ctx: Context): Promise<{ refund: Amount; income: Amount }> {
      const write = await writer(ctx);
      const { income, refund } = (await sales?.total(ctx)) ?? (await nothing(ctx));
      return { refund: write(refund), income: write(income) };
    },

    statuses: (ctx: Context) => orders.countByStatus(ctx),

    /** Products with active orders, most first. One that is gone has no title to show. */
    async productSummary(ctx: Context): Promise<{ id: number; title: string; orders: number }[]> {
      const counts = await orders.countActiveByProduct(ctx);
      const found = await products.findAll(ctx, [...counts.keys()]);
      return [...counts].flatMap(([id, count]) => {
        const product = found.get(id);
        return product === undefined ? [] : [{ id, title: product.title, orders: count }];
      });
    },

    async productSales(ctx: Context, dates: Dates): Promise<Record<string, number>> {
      return Object.fromEntries(await orders.countByTitle(ctx, readSeries(dates, ctx.now, timeZone).span));
    },

    async perDay(ctx: Context, kind: Kind, dates: Dates): Promise<[number, number][]> {
      const { span, points } = readSeries(dates, ctx.now, timeZone);
      const counts = await tallies[kind]?.perDay(ctx, span, timeZone);
      return points.map(({ day, milliseconds }) => [milliseconds, counts?.get(day) ?? 0]);
    },

    async takingsPerDay(ctx: Context, which: keyof Takings, dates: Dates): Promise<[number, number][]> {
      const { span, points } = readSeries(dates, ctx.now, timeZone);
      const takings = await sales?.perDay(ctx, span, timeZone);
      const amount = (money: Money | undefined): number => (money === undefined ? 0 : toNumber(money));
      return points.map(({ day, milliseconds }) => [milliseconds, amount(takings?.get(day)?.[which])]);
    },

    clientCountries: async (ctx: Context, limit: number): Promise<Record<string, number>> =>
      Object.fromEntries(await clients.countByCountry(ctx, limit)),

    salesCountries: async (ctx: Context, limit: number): Promise<Record<string, number>> =>
      Object.fromEntries((await sales?.countries(ctx, limit)) ?? []),
  };
}

const net = ({ income, refund }: Takings): Money => subtract(income, refund);
