import type { Context } from '#core/context';
import { add, zero, type Money } from '#core/money';
import type { SalesReport, Takings } from '#core/report';
import type { Currency, CurrencyService } from '#modules/currency/contract';
import * as sales from './repository-sales.ts';

/** Takings in today's default currency; those kept in an earlier one are converted at today's rate. */
export function createSales(currencies: CurrencyService): SalesReport {
  async function converter(ctx: Context): Promise<(sums: readonly Takings[]) => Takings> {
    const [base, list] = await Promise.all([currencies.default(ctx), currencies.list(ctx)]);
    const known = new Map(list.map((currency) => [currency.code, currency]));
    const convert = (amount: Money): Money => inDefault(amount, known.get(amount.currency), base.code);
    return (sums) => ({
      income: sums.map(({ income }) => convert(income)).reduce(add, zero(base.code)),
      refund: sums.map(({ refund }) => convert(refund)).reduce(add, zero(base.code)),
    });
  }

  /** A currency that was deleted has no rate: what was kept in it cannot be counted. */
  const inDefault = (amount: Money, currency: Currency | undefined, base: string): Money =>
    currency === undefined ? zero(base) : currencies.toDefault(amount, currency, base);

  return {
    async total(ctx) {
      const [convert, sums] = await Promise.all([converter(ctx), sales.total(ctx.db)]);
      return convert(sums);
    },

    async within(ctx, spans) {
      const [convert, sums] = await Promise.all([converter(ctx), sales.within(ctx.db, spans)]);
      return sums.map(convert);
    },

    async perDay(ctx, span, timeZone) {
      const convert = await converter(ctx);
      const days = new Map<string, Takings[]>();
      for (const code of await sales.baseCurrencies(ctx.db, span)) {
        for (const [day, takings] of await sales.byDay(ctx.db, span, timeZone, code))
          days.set(day, [...(days.get(day) ?? []), takings]);
      }
      return new Map([...days].map(([day, takings]) => [day, convert(takings)]));
    },

    countries: (ctx, limit) => sales.countries(ctx.db, limit),
  };
}
