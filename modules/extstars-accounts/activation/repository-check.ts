import type { Knex } from 'knex';
import { look, type Lookup } from '#core/db/lookup';
import { swapRow, type Swap } from '#core/db/swap';
import { toBinding, type Binding, type BindingRow } from './row.ts';

const TABLE = 'extstars_activation';
const BY_TOKEN: Lookup<BindingRow> = {
  table: TABLE,
  key: 'token_hash',
  columns: [
    'id', 'app_id', 'code_id', 'device_hash', 'active_order', 'live', 'step_hash', 'last_check_at', 'asked_hash',
    'answer', 'standing', 'starts_at', 'expires_at',
  ],
}; // prettier-ignore

/** The hot path: one read by a prepared statement … */
export async function findByToken(db: Knex, tokenHash: string): Promise<Binding | undefined> {
  const row = await look(db, BY_TOKEN, tokenHash);
  return row && toBinding(row);
}

/** A step key is random, so a chain that still ends with the same one is the chain that was read. */
const STEP: Swap = {
  table: TABLE,
  key: 'id',
  was: ['step_hash', 'live', 'standing'],
  becomes: ['step_hash', 'last_check_at', 'asked_hash', 'answer'],
};

export interface Step {
  readonly stepHash: string;
  readonly askedHash: string | undefined;
  readonly sealedAnswer: string | undefined;
}

/** … and one write. False when another check came first, or the activation ended meanwhile. */
export const takeStep = (db: Knex, { id, stepHash, standing }: Binding, step: Step, now: Date): Promise<boolean> =>
  swapRow(
    db,
    STEP,
    id,
    [stepHash ?? null, 1, standing],
    [step.stepHash, now, step.askedHash ?? null, step.sealedAnswer ?? null],
  );
