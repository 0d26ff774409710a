import type { Config } from '#config/schema';
import { MINUTE } from '#core/clock';
import { atomic, type Context } from '#core/context';
import { messageOf } from '#core/error';
import { wireFormat } from '#core/http/wire-format';
import type { Jobs } from '#core/scheduler';
import type { SettingStore } from '#core/settings';
import { cronFinished, cronStarting } from './contract.ts';

export type Cron = ReturnType<typeof createCron>;

/** Under which a whole run has its lease, so that one goes at a time. */
const RUN = 'cron.run';

export interface Needs {
  readonly jobs: Jobs;
  readonly settings: SettingStore;
  readonly config: Pick<Config, 'timeZone'>;
}

export function createCron({ jobs, settings, config }: Needs) {
  const toJson = wireFormat(config.timeZone);

  return {
    /** When any job last ran, whoever asked for it. */
    async lastRunAt(ctx: Context): Promise<Date | undefined> {
      const times = (await jobs.lastRuns(ctx)).flatMap(({ startedAt }) => startedAt ?? []);
      return times.toSorted((a, b) => b.getTime() - a.getTime())[0];
    },

    /** Whether all went well; not so when another run is under way. */
    run: (): Promise<boolean> => runAll(0),

    /** The same, at most once a minute. */
    runSometimes: (): Promise<boolean> => runAll(MINUTE),
  };

  async function runAll(spacing: number): Promise<boolean> {
    const outcome = await jobs.runAs(RUN, runSteps, spacing);
    return outcome === 'done';
  }

  /** What another process is running at this moment is being done, so it has not failed. */
  async function runSteps(ctx: Context): Promise<void> {
    await atomic(ctx, (tx) => tx.ask(cronStarting, {}));
    const failed: string[] = [];
    for (const { id, cron } of steps()) {
      if (await hasRun(ctx, id)) continue;
      if (cron.isVital === true) throw new Error(`The run ended at ${id}, which failed.`);
      failed.push(id);
    }
    const lastRun = JSON.parse(toJson(ctx.now)) as string;
    await atomic(ctx, async (tx) => {
      await settings.saveParam(tx, 'last_cron_exec', lastRun);
      await tx.emit(cronFinished, {});
    });
    if (failed.length > 0) throw new Error(`Some jobs failed: ${failed.join(', ')}.`);
  }

  async function hasRun(ctx: Context, id: string): Promise<boolean> {
    try {
      return (await jobs.run(id)) !== 'failed';
    } catch (error) {
      ctx.log.error('job not started', { job: id, error: messageOf(error) });
      return false;
    }
  }

  /** Sorting is stable: jobs of one order go as their modules do. */
  function steps() {
    return jobs
      .list()
      .flatMap(({ id, job }) => (job.cron === undefined ? [] : [{ id, cron: job.cron }]))
      .toSorted((a, b) => a.cron.order - b.cron.order);
  }
}
