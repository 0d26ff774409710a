import type { Command } from 'commander';
import { conflict } from '#core/error';
import { listAll, type JobRun } from '#core/job-run';
import { example } from './command.ts';
import { withEngine } from './engine.ts';
import { columns, type Terminal } from './terminal.ts';

export function addJob(program: Command, terminal: Terminal): void {
  const job = program.command('job').description('See and run scheduled jobs.');
  job
    .command('list')
    .description('List the jobs of the active modules with their schedule (UTC) and last run.')
    .addHelpText('after', example('job list'))
    .action(() => list(terminal));
  job
    .command('run')
    .argument('<name>', 'module and job, as `job list` shows them')
    .description('Run a job now, whatever its schedule says.')
    .addHelpText('after', example('job run order.expire'))
    .action((name: string) => run(terminal, name));
}

const list = (terminal: Terminal): Promise<void> =>
  withEngine(terminal, async (app) => {
    await app.catalog.refresh();
    const runs = new Map((await listAll(app.database.knex)).map((run) => [run.name, run]));
    const rows = app.jobs().map(({ id, job }) => [id, job.schedule, ...describe(runs.get(id))]);
    if (rows.length === 0) return terminal.print('No active module has a job.');
    terminal.print(columns([['JOB', 'SCHEDULE', 'LAST RUN', 'TOOK', 'OUTCOME'], ...rows]));
  });

function describe(run: JobRun | undefined): [at: string, took: string, outcome: string] {
  if (run?.startedAt === undefined) return ['never', '', ''];
  const at = run.startedAt.toISOString().slice(0, 19).replace('T', ' ');
  if (run.finishedAt === undefined) return [at, '', 'running'];
  return [at, `${((run.durationMs ?? 0) / 1000).toFixed(1)} s`, run.error ?? 'done'];
}

const run = (terminal: Terminal, name: string): Promise<void> =>
  withEngine(terminal, async (app) => {
    await app.catalog.refresh();
    const outcome = await app.scheduler.run(name);
    if (outcome === 'busy') throw conflict('job.busy', `Job ${name} is running in another process.`);
    if (outcome === 'done') return terminal.print(`Job ${name} is done.`);
    const failed = (await listAll(app.database.knex)).find((job) => job.name === name);
    throw new Error(`Job ${name} failed: ${failed?.error ?? 'see the log'}`);
  });
