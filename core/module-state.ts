import type { Knex } from 'knex';

export interface StoredState {
  readonly status: 'installed' | 'disabled' | 'parked';
  readonly version: string;
  /** File that a parked module's rows were written to. */
  readonly backup: string | undefined;
}

interface Row {
  name: string;
  status: StoredState['status'];
  version: string;
  backup: string | null;
}

export async function listAll(db: Knex): Promise<Map<string, StoredState>> {
  const rows = await db<Row>('module');
  return new Map(
    rows.map(({ name, status, version, backup }) => [name, { status, version, backup: backup ?? undefined }]),
  );
}

export async function store(db: Knex, name: string, state: StoredState, now: Date): Promise<void> {
  const row = { status: state.status, version: state.version, backup: state.backup ?? null, updated_at: now };
  await db('module')
    .insert({ name, ...row, created_at: now })
    .onConflict('name')
    .merge(Object.keys(row));
}

export const forget = async (db: Knex, name: string): Promise<void> => void (await db('module').where({ name }).del());
