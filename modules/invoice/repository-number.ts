import type { Knex } from 'knex';

export interface TakenNumber {
  readonly serie: string;
  readonly number: number;
  readonly isFirst: boolean;
}

interface Row {
  serie: string;
  number: number | string;
  invoice_id: number;
  is_first: number | boolean;
  removed_at: Date | number | null;
}

export async function insert(db: Knex.Transaction, taken: TakenNumber, invoiceId: number, now: Date): Promise<void> {
  const { serie, number, isFirst } = taken;
  await db('invoice_number').insert({ serie, number, invoice_id: invoiceId, is_first: isFirst, created_at: now });
}

export const retire = async (db: Knex.Transaction, invoiceId: number, now: Date): Promise<void> =>
  void (await db('invoice_number').where({ invoice_id: invoiceId }).update({ removed_at: now }));

/** Those of `numbers` that were given out. */
export async function listTaken(db: Knex, serie: string, numbers: readonly number[]): Promise<ReadonlySet<number>> {
  const rows = await db<Row>('invoice_number')
    .where({ serie })
    .whereIn('number', [...numbers])
    .select('number');
  return new Set(rows.map(({ number }) => Number(number)));
}

export async function last(db: Knex, serie: string): Promise<number> {
  const row = await db<Row>('invoice_number').where({ serie }).orderBy('number', 'desc').first('number');
  return Number(row?.number ?? 0);
}

/** Where the counter is missing: after the number of the newest invoice that has one (invoicing spec 5.2). */
export async function followLast(db: Knex): Promise<number> {
  const rows = (await db('invoice').whereNotNull('nr').orderBy('id', 'desc').limit(1).select('nr')) as { nr: string }[];
  const nr = rows[0]?.nr;
  return nr !== undefined && /^\d{1,15}$/.test(nr) ? Number(nr) + 1 : 1;
}

/** What is wrong with the register of numbers, for the doctor: holes, and numbers whose invoice has vanished. */
export async function listNumberFaults(db: Knex, limit: number): Promise<string[]> {
  const holes = (await db('invoice_number as n')
    .leftJoin('invoice_number as before', (join) => {
      join.on('before.serie', 'n.serie').andOn('before.number', db.raw('n.number - 1'));
    })
    .where('n.is_first', false)
    .whereNull('before.id')
    .limit(limit)
    .select('n.serie', 'n.number')) as Pick<Row, 'serie' | 'number'>[];
  const lost = (await db('invoice_number as n')
    .leftJoin('invoice', 'invoice.id', 'n.invoice_id')
    .whereNull('n.removed_at')
    .whereNull('invoice.id')
    .limit(limit)
    .select('n.serie', 'n.number', 'n.invoice_id')) as Pick<Row, 'serie' | 'number' | 'invoice_id'>[];
  const unregistered = (await db('invoice')
    .leftJoin('invoice_number as n', 'n.invoice_id', 'invoice.id')
    .whereNotNull('invoice.nr')
    .whereNot('invoice.status', 'refunded') // staff may number a document about a refund themselves
    .whereNull('n.id')
    .limit(limit)
    .select('invoice.id', 'invoice.nr')) as { id: number; nr: string }[];
  const twice = (await db('invoice')
    .whereNotNull('nr')
    .groupBy('serie', 'nr')
    .havingRaw('count(*) > 1')
    .limit(limit)
    .select('serie', 'nr')) as { serie: string | null; nr: string }[];
  return [
    ...holes.map(
      ({ serie, number }) => `The number ${serie}${Number(number) - 1} is missing before ${serie}${number}.`,
    ),
    ...lost.map(
      ({ serie, number, invoice_id }) => `Invoice #${invoice_id} with the number ${serie}${number} has vanished.`,
    ),
    ...unregistered.map(({ id, nr }) => `Invoice #${id} has the number ${nr}, which was never given out.`),
    ...twice.map(({ serie, nr }) => `The number ${serie ?? ''}${nr} is on more than one invoice.`),
  ];
}
