import type { Knex } from 'knex';

export interface Challenge {
  readonly id: number;
  readonly text: string;
}

const TABLE = 'orbit_challenge';

export const insert = async (
  db: Knex.Transaction,
  challenge: { readonly wallet: string; readonly text: string; readonly expiresAt: Date },
  now: Date,
): Promise<void> =>
  void (await db(TABLE).insert({
    wallet: challenge.wallet,
    text: challenge.text,
    expires_at: challenge.expiresAt,
    created_at: now,
  }));

/** Newest first. */
export async function listLive(db: Knex, wallet: string, now: Date): Promise<Challenge[]> {
  const rows = (await db(TABLE)
    .where({ wallet })
    .where('expires_at', '>', now)
    .orderBy('id', 'desc')
    .select('id', 'wallet', 'text')) as { id: number | string; wallet: string; text: string }[];
  return rows.filter((row) => row.wallet === wallet).map(({ id, text }) => ({ id: Number(id), text }));
}

export const remove = async (db: Knex.Transaction, ids: readonly number[]): Promise<number> =>
  ids.length === 0
    ? 0
    : db(TABLE)
        .whereIn('id', [...ids])
        .del();

/** `limit` at most; how many went. */
export async function purge(db: Knex.Transaction, before: Date, limit: number): Promise<number> {
  const rows = (await db(TABLE).where('expires_at', '<=', before).orderBy('expires_at').limit(limit).select('id')) as {
    id: number;
  }[];
  return remove(
    db,
    rows.map(({ id }) => id),
  );
}
