import type { Knex } from 'knex';

/** A piece of the table: after one id, up to another. */
export interface Piece {
  readonly after: number;
  readonly until: number;
}

/** The next so many invoices after an id; undefined when there are none. */
export async function nextPiece(db: Knex, after: number, size: number): Promise<Piece | undefined> {
  const ids = db('invoice').where('id', '>', after).orderBy('id').limit(size).select('id');
  const row = (await db.max({ until: 'id' }).from(ids.as('piece')).first()) as { until: number | null } | undefined;
  return row?.until ? { after, until: Number(row.until) } : undefined;
}

/**
 * Those whose ledger may not hold what they come to. The database reckons without rounding, so it may name one too many
 * and leaves out none; nearly all are in order, and need not be read.
 */
export async function listSuspects(db: Knex, { after, until }: Piece, limit: number): Promise<number[]> {
  const lines = (isTaxed: boolean): Knex.QueryBuilder => {
    const query = db('invoice_item').whereRaw('?? = ??', ['invoice_item.invoice_id', 'invoice.id']);
    if (isTaxed) void query.where('taxed', true);
    return query.select(db.raw('coalesce(sum(?? * ??), 0)', ['price_amount', 'quantity']));
  };
  const paid = db('invoice_payment')
    .whereRaw('?? = ??', ['invoice_payment.invoice_id', 'invoice.id'])
    .select(db.raw('coalesce(sum(??), 0)', ['amount']));
  const sums = db('invoice')
    .where('id', '>', after)
    .where('id', '<=', until)
    .select('id', 'taxrate', 'credit_amount', 'refund_amount')
    // Nearly all have one of two: by the index of that, a database would read the whole table for each piece.
    .select({ state: db.raw('lower(??)', ['status']) })
    .select({ subtotal: lines(false), taxable: lines(true), paid });
  const rows = (await db
    .from(sums.as('sums'))
    .where((suspect) => {
      void suspect
        .where((one) => void one.where('state', 'unpaid').whereRaw('?? <> ??', ['paid', 'credit_amount']))
        .orWhere(
          (one) =>
            void one
              .where('state', 'paid')
              .whereRaw('?? < ?? + ?? * coalesce(cast(?? as decimal(20, 9)), 0) / 100.0 - ?? - 0.499', [
                'paid',
                'subtotal',
                'taxable',
                'taxrate',
                'refund_amount',
              ]),
        );
    })
    .orderBy('id')
    .limit(limit)
    .select('id')) as { id: number }[];
  return rows.map(({ id }) => id);
}
