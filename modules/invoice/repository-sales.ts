import type { Knex } from 'knex';
import { perDay } from '#core/db/per-day';
import { tallyOf } from '#core/db/tally';
import { money } from '#core/money';
import type { Span, Takings } from '#core/report';

/** What reports ask of invoices, over the index of `paid_at`. */

export const tally = tallyOf('invoice');

type Sum = number | string | null;
/** Sums of one default currency that there was: takings are kept in the one of their time. */
interface Based {
  readonly base_currency: string;
  readonly income: Sum;
  readonly refund: Sum;
}

export async function total(db: Knex): Promise<Takings[]> {
  const rows = (await summed(db).whereNotNull('paid_at')) as Based[];
  return rows.map(toTakings);
}

/** Of each span, in one query. */
export async function within(db: Knex, spans: readonly Span[]): Promise<Takings[][]> {
  if (spans.length === 0) return [];
  const query = db('invoice')
    .whereNotNull('base_currency')
    .where('paid_at', '>=', new Date(Math.min(...spans.map(({ from }) => from.getTime()))))
    .where('paid_at', '<', new Date(Math.max(...spans.map(({ until }) => until.getTime()))))
    .groupBy('base_currency')
    .select('base_currency');
  for (const [index, { from, until }] of spans.entries()) {
    for (const part of ['income', 'refund']) {
      const bindings = ['paid_at', from, 'paid_at', until, `base_${part}_amount`, `${part}_${index}`];
      void query.select(db.raw('sum(case when ?? >= ? and ?? < ? then ?? else 0 end) as ??', bindings));
    }
  }
  const rows = (await query) as ({ base_currency: string } & Record<string, Sum>)[];
  return spans.map((_, index) =>
    rows.map((row) =>
      toTakings({
        base_currency: row.base_currency,
        income: row[`income_${index}`] ?? null,
        refund: row[`refund_${index}`] ?? null,
      }),
    ),
  );
}

/** Of the invoices of one default currency. */
export async function byDay(
  db: Knex,
  span: Span,
  timeZone: string,
  currency: string,
): Promise<ReadonlyMap<string, Takings>> {
  const days = await perDay<Based>(db, summed(db).where({ base_currency: currency }), 'paid_at', span, timeZone);
  return new Map([...days].map(([day, sums]) => [day, toTakings(sums)]));
}

/** Default currencies that takings were kept in. */
export async function baseCurrencies(db: Knex, { from, until }: Span): Promise<string[]> {
  const rows = (await db('invoice')
    .whereNotNull('base_currency')
    .where('paid_at', '>=', from)
    .where('paid_at', '<', until)
    .distinct('base_currency')) as { base_currency: string }[];
  return rows.map(({ base_currency }) => base_currency);
}

export async function countries(db: Knex, limit: number): Promise<ReadonlyMap<string, number>> {
  const rows = (await db('invoice')
    .where({ status: 'paid' })
    .groupBy('buyer_country')
    .select('buyer_country')
    .count({ total: '*' })
    .orderBy([{ column: 'total', order: 'desc' }, { column: 'buyer_country' }])
    .limit(limit)) as unknown as { buyer_country: string | null; total: number | string }[];
  return new Map(rows.map(({ buyer_country, total: count }) => [buyer_country ?? '', Number(count)]));
}

const summed = (db: Knex): Knex.QueryBuilder =>
  db('invoice')
    .whereNotNull('base_currency')
    .groupBy('base_currency')
    .select('base_currency')
    .sum({ income: 'base_income_amount', refund: 'base_refund_amount' });

const toTakings = ({ base_currency, income, refund }: Based): Takings => ({
  income: money(Number(income ?? 0), base_currency),
  refund: money(Number(refund ?? 0), base_currency),
});
