import type { Knex } from 'knex';
import { toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import { look, type Lookup } from '#core/db/lookup';

export interface Token {
  readonly id: number;
  readonly clientId: number;
  readonly expiresAt: Date;
  readonly revokedAt: Date | undefined;
}

interface Row {
  id: number | string;
  client_id: number | string;
  expires_at: StoredDate;
  revoked_at: StoredDate | null;
}

const TABLE = 'orbit_token';

const BY_HASH: Lookup<Row> = {
  table: TABLE,
  key: 'token_hash',
  columns: ['id', 'client_id', 'expires_at', 'revoked_at'],
};

export async function findByHash(db: Knex, tokenHash: string): Promise<Token | undefined> {
  const row = await look(db, BY_HASH, tokenHash);
  return (
    row && {
      id: Number(row.id),
      clientId: Number(row.client_id),
      expiresAt: toDate(row.expires_at),
      revokedAt: toOptionalDate(row.revoked_at),
    }
  );
}

export interface NewToken {
  readonly hash: string;
  readonly clientId: number;
  readonly origin: string;
  readonly expiresAt: Date;
}

export const insert = async (db: Knex.Transaction, token: NewToken, now: Date): Promise<void> =>
  void (await db(TABLE).insert({
    token_hash: token.hash,
    client_id: token.clientId,
    origin: token.origin,
    expires_at: token.expiresAt,
    created_at: now,
  }));

export const revoke = async (db: Knex.Transaction, id: number, now: Date): Promise<void> =>
  void (await db(TABLE).where({ id }).whereNull('revoked_at').update({ revoked_at: now }));

export const revokeAllOf = async (db: Knex.Transaction, clientId: number, now: Date): Promise<number> =>
  db(TABLE).where({ client_id: clientId }).whereNull('revoked_at').update({ revoked_at: now });

export const removeOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db(TABLE).where({ client_id: clientId }).del());

/** `limit` at most; how many went. */
export async function purge(db: Knex.Transaction, before: Date, limit: number): Promise<number> {
  const rows = (await db(TABLE).where('expires_at', '<', before).orderBy('expires_at').limit(limit).select('id')) as {
    id: number;
  }[];
  const ids = rows.map(({ id }) => id);
  return db(TABLE).whereIn('id', ids).del();
}
