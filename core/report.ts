import type { Context } from './context.ts';
import type { Money } from './money.ts';

/** What modules lend to whoever makes reports. The end of a span is not part of it. */

export interface Span {
  readonly from: Date;
  readonly until: Date;
}

/** Counts the records of one kind by the time they were made. */
export interface Tally {
  total(ctx: Context): Promise<number>;
  /** Of each span, in one query. */
  within(ctx: Context, spans: readonly Span[]): Promise<readonly number[]>;
  /** By day (`2026-01-31`) of the span in `timeZone`, in one query; days without any are absent. */
  perDay(ctx: Context, span: Span, timeZone: string): Promise<ReadonlyMap<string, number>>;
}

/** What was paid and what was paid back, in the default currency and by the time of the payment. */
export interface Takings {
  readonly income: Money;
  readonly refund: Money;
}

/** The same for what was sold. */
export interface SalesReport {
  total(ctx: Context): Promise<Takings>;
  within(ctx: Context, spans: readonly Span[]): Promise<readonly Takings[]>;
  perDay(ctx: Context, span: Span, timeZone: string): Promise<ReadonlyMap<string, Takings>>;
  /** How many paid invoices went to each country, most first; `""` is none. */
  countries(ctx: Context, limit: number): Promise<ReadonlyMap<string, number>>;
}
