import type { Knex } from 'knex';
import { toOptionalDate, type StoredDate } from '#core/db/columns';
import type { Owner } from './contract.ts';

export interface Device {
  readonly sealedSecret: string;
  /** Undefined while it is being set up. */
  readonly enabledAt: Date | undefined;
  readonly lastIp: string | undefined;
}

interface Row {
  secret: string;
  enabled_at: StoredDate | null;
  last_ip: string | null;
}

const of = ({ role, id }: Owner) => ({ role, account_id: id });

export async function find(db: Knex, owner: Owner): Promise<Device | undefined> {
  const row = await db<Row>('two_factor')
    .where(of(owner) as object)
    .first('secret', 'enabled_at', 'last_ip');
  return (
    row && {
      sealedSecret: row.secret,
      enabledAt: toOptionalDate(row.enabled_at),
      lastIp: row.last_ip ?? undefined,
    }
  );
}

export async function insert(db: Knex.Transaction, owner: Owner, sealedSecret: string, now: Date): Promise<void> {
  await db('two_factor').insert({
    ...of(owner),
    secret: sealedSecret,
    last_step: 0,
    created_at: now,
    updated_at: now,
  });
}

/** Only what nobody has confirmed; false when it was confirmed, or was never there. */
export async function replacePending(
  db: Knex.Transaction,
  owner: Owner,
  sealedSecret: string,
  now: Date,
): Promise<boolean> {
  const pending = db('two_factor').where(of(owner)).whereNull('enabled_at');
  return (await pending.update({ secret: sealedSecret, updated_at: now })) > 0;
}

/** The step of a code and where it came from. */
export interface Use {
  readonly step: number;
  readonly ip: string | undefined;
}

/** False when somebody else did so meanwhile, or began anew. */
export async function enable(
  db: Knex.Transaction,
  owner: Owner,
  sealedSecret: string,
  { step, ip }: Use,
  now: Date,
): Promise<boolean> {
  const pending = db('two_factor')
    .where({ ...of(owner), secret: sealedSecret })
    .whereNull('enabled_at');
  return (await pending.update({ enabled_at: now, last_step: step, last_ip: ip ?? null, updated_at: now })) > 0;
}

/** Of several who show the same code at once, one uses it: the others find its step taken. */
export async function useStep(db: Knex.Transaction, owner: Owner, { step, ip }: Use, now: Date): Promise<boolean> {
  const unused = db('two_factor').where(of(owner)).whereNotNull('enabled_at').where('last_step', '<', step);
  return (await unused.update({ last_step: step, last_ip: ip ?? null, updated_at: now })) > 0;
}

export async function remove(db: Knex.Transaction, owner: Owner): Promise<boolean> {
  await removeCodes(db, owner);
  return (await db('two_factor').where(of(owner)).del()) > 0;
}

export async function insertCodes(
  db: Knex.Transaction,
  owner: Owner,
  hashes: readonly string[],
  now: Date,
): Promise<void> {
  await db('two_factor_recovery').insert(hashes.map((hash) => ({ ...of(owner), hash, created_at: now })));
}

/** A code is gone once it was used; false when it is not there. */
export const useCode = async (db: Knex.Transaction, owner: Owner, hash: string): Promise<boolean> =>
  (await db('two_factor_recovery')
    .where({ ...of(owner), hash })
    .del()) > 0;

export const removeCodes = async (db: Knex.Transaction, owner: Owner): Promise<void> =>
  void (await db('two_factor_recovery').where(of(owner)).del());

export async function countCodes(db: Knex, owner: Owner): Promise<number> {
  const row = await db('two_factor_recovery').where(of(owner)).count<{ total: number | string }[]>({ total: '*' });
  return Number(row[0]?.total ?? 0);
}
