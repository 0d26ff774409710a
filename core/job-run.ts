import type { Knex } from 'knex';
import { isUniqueViolation } from './db/errors.ts';
import { toOptionalDate, type StoredDate } from './db/columns.ts';

export interface JobRun {
  readonly name: string;
  readonly startedAt: Date | undefined;
  readonly finishedAt: Date | undefined;
  readonly durationMs: number | undefined;
  readonly error: string | undefined;
}

interface Row {
  name: string;
  started_at: StoredDate;
  finished_at: StoredDate | null;
  duration_ms: number | null;
  error: string | null;
}

/** One process gets a job's run: not while a lease holds, and not unless the last one was due before `since`. */
export async function claim(
  db: Knex,
  name: string,
  holder: string,
  due: Date,
  since: Date,
  now: Date,
  until: Date,
): Promise<boolean> {
  const run = { due_at: due, leased_until: until, holder, started_at: now, finished_at: null, error: null };
  const claimed = await db('job_run')
    .where({ name })
    .where('due_at', '<', since)
    .where((lease) => {
      void lease.whereNull('leased_until').orWhere('leased_until', '<', now);
    })
    .update(run);
  if (claimed === 1) return true;
  if ((await db('job_run').where({ name }).first('name')) !== undefined) return false;
  try {
    await db('job_run').insert({ name, ...run });
    return true;
  } catch (error) {
    if (isUniqueViolation(error)) return false;
    throw error;
  }
}

export const renew = async (db: Knex, name: string, holder: string, until: Date): Promise<void> =>
  void (await db('job_run').where({ name, holder }).update({ leased_until: until }));

export async function finish(
  db: Knex,
  name: string,
  holder: string,
  started: Date,
  finished: Date,
  error: string | undefined,
): Promise<void> {
  await db('job_run')
    .where({ name, holder })
    .update({
      leased_until: null,
      finished_at: finished,
      duration_ms: finished.getTime() - started.getTime(),
      error: error ?? null,
    });
}

export async function listAll(db: Knex): Promise<JobRun[]> {
  const rows = await db<Row>('job_run').orderBy('name');
  return rows.map((row) => ({
    name: row.name,
    startedAt: toOptionalDate(row.started_at),
    finishedAt: toOptionalDate(row.finished_at),
    durationMs: row.duration_ms ?? undefined,
    error: row.error ?? undefined,
  }));
}
