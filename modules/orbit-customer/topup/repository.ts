import type { Knex } from 'knex';
import { money, type Money } from '#core/money';

export interface Topup {
  readonly id: number;
  readonly clientId: number;
  readonly wallet: string;
  readonly amountMicro: number;
  readonly memo: string;
  readonly messageHash: string;
  readonly lastValidBlockHeight: number;
  readonly signature: string | undefined;
  readonly invoiceId: number | undefined;
  readonly credited: Money | undefined;
}

interface Row {
  id: number | string;
  client_id: number | string;
  wallet: string;
  amount_micro: number | string;
  memo: string;
  message_hash: string;
  last_valid_block_height: number | string;
  signature: string | null;
  invoice_id: number | string | null;
  credited_amount: number | string | null;
  currency: string | null;
}

const TABLE = 'orbit_topup';

/** Rejects with a unique violation when the memo is taken. */
export async function insert(
  db: Knex.Transaction,
  topup: Omit<Topup, 'id' | 'signature' | 'invoiceId' | 'credited'>,
  now: Date,
): Promise<number> {
  const [id] = await db(TABLE).insert({
    client_id: topup.clientId,
    wallet: topup.wallet,
    amount_micro: topup.amountMicro,
    memo: topup.memo,
    message_hash: topup.messageHash,
    last_valid_block_height: topup.lastValidBlockHeight,
    status: 'prepared',
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

export async function findByMemo(db: Knex, clientId: number, memo: string): Promise<Topup | undefined> {
  const row = (await db(TABLE).where({ client_id: clientId, memo }).first()) as Row | undefined;
  return row && toTopup(row);
}

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Topup | undefined> {
  const row = (await db(TABLE).where({ id }).forUpdate().first()) as Row | undefined;
  return row && toTopup(row);
}

export const hasMemo = async (db: Knex, memo: string): Promise<boolean> =>
  ((await db(TABLE).where({ memo }).first('id')) as unknown) !== undefined;

/** Rejects with a unique violation when this transaction of the chain was credited before. */
export const credit = async (
  db: Knex.Transaction,
  id: number,
  { signature, invoiceId, credited }: { signature: string; invoiceId: number; credited: Money },
  now: Date,
): Promise<void> =>
  void (await db(TABLE).where({ id }).update({
    status: 'credited',
    signature,
    invoice_id: invoiceId,
    credited_amount: credited.amount,
    currency: credited.currency,
    updated_at: now,
  }));

export async function listByInvoice(db: Knex, invoiceIds: readonly number[]): Promise<ReadonlyMap<number, Topup>> {
  if (invoiceIds.length === 0) return new Map();
  const rows = (await db(TABLE)
    .whereIn('invoice_id', [...invoiceIds])
    .select('*')) as Row[];
  return new Map(rows.map((row) => [Number(row.invoice_id), toTopup(row)]));
}

export const removeOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db(TABLE).where({ client_id: clientId }).del());

/** Prepared ones that nobody signed; `limit` at most; how many went. */
export async function purge(db: Knex.Transaction, before: Date, limit: number): Promise<number> {
  const rows = (await db(TABLE)
    .where({ status: 'prepared' })
    .where('created_at', '<', before)
    .orderBy('created_at')
    .limit(limit)
    .select('id')) as { id: number }[];
  return db(TABLE)
    .whereIn(
      'id',
      rows.map(({ id }) => id),
    )
    .del();
}

const toTopup = (row: Row): Topup => ({
  id: Number(row.id),
  clientId: Number(row.client_id),
  wallet: row.wallet,
  amountMicro: Number(row.amount_micro),
  memo: row.memo,
  messageHash: row.message_hash,
  lastValidBlockHeight: Number(row.last_valid_block_height),
  signature: row.signature ?? undefined,
  invoiceId: row.invoice_id === null ? undefined : Number(row.invoice_id),
  credited:
    row.credited_amount === null || row.currency === null
      ? undefined
      : money(Number(row.credited_amount), row.currency),
});
