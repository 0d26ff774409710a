import type { Knex } from 'knex';

export interface Wallets {
  readonly signIn: string | undefined;
  readonly payment: string | undefined;
}

interface Row {
  client_id: number | string;
  wallet: string | null;
  payment_wallet: string | null;
}

const TABLE = 'orbit_wallet';

export async function findOf(db: Knex, clientId: number): Promise<Wallets> {
  const row = (await db(TABLE).where({ client_id: clientId }).first()) as Row | undefined;
  return { signIn: row?.wallet ?? undefined, payment: row?.payment_wallet ?? undefined };
}

/** To the letter, whatever the collation. */
export async function findOwner(db: Knex, wallet: string): Promise<number | undefined> {
  const row = (await db(TABLE).where({ wallet }).first()) as Row | undefined;
  return row?.wallet === wallet ? Number(row.client_id) : undefined;
}

/** Rejects with a unique violation when it belongs to somebody. */
export const insert = async (db: Knex.Transaction, clientId: number, wallet: string, now: Date): Promise<void> =>
  void (await db(TABLE).insert({ client_id: clientId, wallet, created_at: now, updated_at: now }));

export const setPayment = async (
  db: Knex.Transaction,
  clientId: number,
  wallet: string | null,
  now: Date,
): Promise<void> =>
  void (await db(TABLE)
    .insert({ client_id: clientId, payment_wallet: wallet, created_at: now, updated_at: now })
    .onConflict('client_id')
    .merge(['payment_wallet', 'updated_at']));

export const removeOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db(TABLE).where({ client_id: clientId }).del());
