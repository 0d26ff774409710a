import { existsSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import type { Command } from 'commander';
import type { Config } from '#config/schema';
import type { App } from '#core/app';
import { isMissingTable } from '#core/db/errors';
import { listAll } from '#core/job-run';
import { listFailed } from '#core/outbox';
import { example, Failed } from './command.ts';
import { withEngine } from './engine.ts';
import type { Terminal } from './terminal.ts';

const SHOWN = 20;
const LOW_DISK_BYTES = 500 * 1024 * 1024;

export function addDoctor(program: Command, terminal: Terminal): void {
  program
    .command('doctor')
    .description(
      'Look for what is wrong: data, migrations, deliveries, jobs, the secret, the disk. Exit code 1 if anything is.',
    )
    .addHelpText('after', example('doctor'))
    .action(() =>
      withEngine(terminal, async (app, { problems }) => {
        await spareMemory(app);
        const findings = [...problems, ...(await examineDatabase(app)), ...(await examineFiles(app.config, terminal))];
        for (const finding of findings) terminal.print(finding);
        if (findings.length > 0) throw new Failed();
        terminal.print('Everything is in order.');
      }),
    );
}

/** It reads all there is once, so neither pages nor garbage are worth keeping: its memory must not grow with the rows. */
export async function spareMemory({ database }: App): Promise<void> {
  setFlagsFromString('--optimize-for-size');
  await database.keepFewPages();
}

async function examineDatabase(app: App): Promise<string[]> {
  await app.database.ping();
  try {
    await app.catalog.refresh();
  } catch (error) {
    if (!isMissingTable(error)) throw error;
    return ['The database is not set up: run `tollkeeper migrate`.'];
  }
  const pending = await app.pending();
  // What a migration has yet to make cannot be examined.
  if (pending.length > 0) return [`Migrations have not run: ${pending.join(', ')}. Run \`tollkeeper migrate\`.`];
  return [...(await app.examine()), ...(await examineDeliveries(app)), ...(await examineJobs(app))];
}

async function examineDeliveries({ database }: App): Promise<string[]> {
  const failed = await listFailed(database.knex, SHOWN);
  return failed.map(
    ({ event, subscriber, attempts, error }) =>
      `${event} could not be delivered to ${subscriber} after ${attempts} attempts: ${error}`,
  );
}

async function examineJobs({ database, jobs }: App): Promise<string[]> {
  const known = new Set(jobs().map(({ id }) => id));
  const runs = (await listAll(database.knex)).filter(({ name, error }) => known.has(name) && error !== undefined);
  return runs.map(({ name, error }) => `Job ${name} failed at its last run: ${error}`);
}

async function examineFiles({ dataDir }: Config, { env }: Terminal): Promise<string[]> {
  const findings: string[] = [];
  const secret = join(dataDir, 'secret');
  if (!env['APP_SECRET'] && existsSync(secret) && process.platform !== 'win32') {
    const mode = (await stat(secret)).mode & 0o777;
    if ((mode & 0o077) !== 0)
      findings.push(`${secret} can be read by others (mode ${mode.toString(8)}): chmod 600 it.`);
  }
  const { bavail, bsize } = await statfs(dataDir);
  const free = bavail * bsize;
  if (free < LOW_DISK_BYTES)
    findings.push(`Only ${Math.floor(free / 1024 / 1024)} MiB are free on the disk of ${dataDir}.`);
  return findings;
}
