import type { Knex } from 'knex';
import { toCode, type Code, type Row } from './row.ts';

/** The ends of codes, and who was told of them. */

const TABLE = 'service_extstars';

/** Those that ended and were not told of. */
export const listExpired = async (db: Knex, now: Date, limit: number): Promise<Code[]> =>
  ((await db(TABLE).where('expiry_untold', '<=', now).orderBy('expiry_untold').limit(limit)) as Row[]).map(toCode);

/** Those that end between the two times and were not reminded of. */
export const listEnding = async (
  db: Knex,
  appId: number,
  { from, until }: { from: Date; until: Date },
  limit: number,
): Promise<Code[]> =>
  (
    (await db(TABLE)
      .where({ app_id: appId, standing: 'active' })
      .whereBetween('expires_at', [from, until])
      .where((told) => void told.whereNull('reminded_for').orWhere('reminded_for', '<>', db.ref('expires_at')))
      .orderBy(['expires_at', 'id'])
      .limit(limit)) as Row[]
  ).map(toCode);

/** False when somebody else did so meanwhile. */
export const markExpiryTold = async (db: Knex.Transaction, { id, expiresAt }: Code): Promise<boolean> =>
  (await db(TABLE)
    .where({ id, expiry_untold: expiresAt ?? null })
    .update({ expiry_untold: null })) === 1;

export const markReminded = async (db: Knex.Transaction, { id, expiresAt }: Code): Promise<boolean> =>
  (await db(TABLE)
    .where({ id, expires_at: expiresAt ?? null })
    .where((told) => void told.whereNull('reminded_for').orWhere('reminded_for', '<>', db.ref('expires_at')))
    .update({ reminded_for: expiresAt ?? null })) === 1;
