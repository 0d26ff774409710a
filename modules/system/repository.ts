import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';
import { isMysql } from '#core/db/tables';

/** The core's own row beside the settings: it is no setting. */
const INSTANCE = { owner: 'core', name: 'instance_id' };

export async function findInstanceId(db: Knex): Promise<string | undefined> {
  const row = await db<{ owner: string; name: string; value: string | null }>('setting').where(INSTANCE).first('value');
  return row?.value ?? undefined;
}

/** The first one stays. */
export async function insertInstanceId(db: Knex.Transaction, id: string, now: Date): Promise<void> {
  await db('setting')
    .insert({ ...INSTANCE, value: id, is_public: false, created_at: now, updated_at: now })
    .onConflict(['owner', 'name'])
    .ignore();
}

export async function findLastJobRun(db: Knex): Promise<Date | undefined> {
  const row = await db<{ started_at: StoredDate | null }>('job_run').orderBy('started_at', 'desc').first('started_at');
  return row?.started_at ? toDate(row.started_at) : undefined;
}

/** Deliveries that were tried as often as they are and did not succeed. */
export async function countGivenUp(db: Knex): Promise<number> {
  const [row] = await db('outbox').whereNotNull('failed_at').count({ total: '*' });
  return Number(row?.['total'] ?? 0);
}

/** MariaDB counts by itself. SQLite looks at some rows of each index, so that even a large database takes a moment only. */
export async function refreshStatistics(db: Knex): Promise<void> {
  if (isMysql(db)) return;
  await db.raw('pragma analysis_limit = 400');
  await db.raw('analyze');
}
