import { randomUUID } from 'node:crypto';
import { schedule, validate, type ScheduledTask } from 'node-cron';
import type { Clock } from './clock.ts';
import { later, MINUTE, SECOND } from './clock.ts';
import { patiently, type Context } from './context.ts';
import { messageOf, notFound } from './error.ts';
import type { Job } from './job.ts';
import * as runs from './job-run.ts';
import type { Log } from './log.ts';

export interface NamedJob {
  /** `module.name`. */
  readonly id: string;
  readonly job: Job;
}

export type JobOutcome = 'done' | 'failed' | 'busy';

/** What modules may ask of the scheduler. */
export interface Jobs {
  /** Of the active modules. */
  list(): readonly NamedJob[];
  /** Runs a job now; resolves to whether it ran and succeeded. It does not run while another process runs it. */
  run(id: string): Promise<JobOutcome>;
  /** Runs `work` as if it were the job `id`. It is busy, too, until `spacing` milliseconds after the last run began. */
  runAs(id: string, work: Job['run'], spacing?: number): Promise<JobOutcome>;
  /** The last run of each job that ever ran. */
  lastRuns(ctx: Context): Promise<readonly runs.JobRun[]>;
}

export interface Scheduler extends Jobs {
  start(): void;
  /** Waits for the jobs under way. */
  stop(): Promise<void>;
}

/** Renewed while a job runs; what a process that died was running may start again after it. */
const LEASE_MS = 60 * SECOND;

export function createScheduler(
  jobs: () => readonly NamedJob[],
  makeContext: () => Context,
  clock: Clock,
  log: Log,
): Scheduler {
  let tasks: ScheduledTask[] = [];
  const underWay = new Set<Promise<unknown>>();

  /** `due` is the minute for which it runs: of several processes the first takes it. */
  async function run(id: string, work: Job['run'], due: Date, since = due): Promise<JobOutcome> {
    const ctx = makeContext();
    const holder = randomUUID();
    const isOurs = await patiently(() => runs.claim(ctx.db, id, holder, due, since, ctx.now, later(ctx.now, LEASE_MS)));
    if (!isOurs) return 'busy';
    const renewal = setInterval(() => {
      runs
        .renew(ctx.db, id, holder, later(clock(), LEASE_MS))
        .catch((error: unknown) => log.warn('lease not renewed', { job: id, error }));
    }, LEASE_MS / 3);
    let failure: unknown;
    try {
      await work(ctx);
    } catch (error) {
      failure = error;
      log.error('job failed', { job: id, error });
    } finally {
      clearInterval(renewal);
    }
    await patiently(() =>
      runs.finish(ctx.db, id, holder, ctx.now, clock(), failure === undefined ? undefined : messageOf(failure)),
    );
    return failure === undefined ? 'done' : 'failed';
  }

  const track = <T>(work: Promise<T>): Promise<T> => {
    underWay.add(work);
    void work.catch(() => undefined).finally(() => underWay.delete(work));
    return work;
  };
  const find = (id: string): NamedJob | undefined => jobs().find((named) => named.id === id);

  return {
    start() {
      tasks = jobs().map(({ id, job }) => {
        if (!validate(job.schedule)) throw new Error(`The schedule of job ${id} is malformed: ${job.schedule}`);
        return schedule(
          job.schedule,
          () => {
            const minute = new Date(Math.floor(clock().getTime() / MINUTE) * MINUTE);
            const named = find(id); // gone when its module is not active
            if (named !== undefined)
              track(run(id, (ctx) => named.job.run(ctx), minute)).catch((error: unknown) =>
                log.error('job not started', { job: id, error }),
              );
          },
          { timezone: 'UTC', name: id },
        );
      });
    },
    async stop() {
      for (const task of tasks) await task.destroy();
      await Promise.allSettled(underWay);
    },
    run(id) {
      const named = find(id);
      if (named === undefined) throw notFound('job.unknown', `There is no job ${id}.`);
      return track(run(id, (ctx) => named.job.run(ctx), clock()));
    },
    // The last run may have begun exactly `spacing` ago.
    runAs: (id, work, spacing = 0) => track(run(id, work, clock(), later(clock(), 1 - Math.max(spacing, 1)))),
    list: jobs,
    lastRuns: (ctx) => runs.listAll(ctx.db),
  };
}
