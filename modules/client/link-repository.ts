import type { Knex } from 'knex';

/** Links in letters: to set a new password, and to confirm an address. Only hashes of what they carry are kept. */

export const findReset = async (db: Knex, hash: string, since: Date): Promise<number | undefined> =>
  clientOf(await db('client_password_reset').where({ hash }).where('created_at', '>', since).first('client_id'));

export const insertReset = async (
  db: Knex.Transaction,
  reset: { readonly clientId: number; readonly hash: string; readonly ip: string | undefined },
  now: Date,
): Promise<void> =>
  void (await db('client_password_reset').insert({
    client_id: reset.clientId,
    hash: reset.hash,
    ip: reset.ip ?? null,
    created_at: now,
    updated_at: now,
  }));

/** True for the one who took it: a link works once. */
export const takeReset = async (db: Knex.Transaction, hash: string, since: Date): Promise<boolean> =>
  (await db('client_password_reset').where({ hash }).where('created_at', '>', since).del()) > 0;

export const removeResetsOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db('client_password_reset').where({ client_id: clientId }).del());

export const removeResetsBefore = async (db: Knex.Transaction, time: Date): Promise<void> =>
  void (await db('client_password_reset').where('created_at', '<', time).del());

export const findConfirmation = async (db: Knex, hash: string): Promise<number | undefined> =>
  clientOf(await db('client_email_confirmation').where({ hash }).first('client_id'));

export const insertConfirmation = async (
  db: Knex.Transaction,
  clientId: number,
  hash: string,
  now: Date,
): Promise<void> => void (await db('client_email_confirmation').insert({ client_id: clientId, hash, created_at: now }));

export const removeConfirmationsOf = async (db: Knex.Transaction, clientId: number): Promise<number> =>
  db('client_email_confirmation').where({ client_id: clientId }).del();

const clientOf = (row: { client_id: number } | undefined): number | undefined => row?.client_id;
