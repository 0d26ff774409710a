import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { coreMigrations } from '#migrations/index';
import type { App } from '#core/app';
import { systemClock } from '#core/clock';
import { backUp, type RowCounts } from '#core/db/dump';
import { restore, type Restored } from '#core/db/restore';
import { conflict } from '#core/error';
import { createSecrets } from '#core/secret';
import { readVersion } from '#core/version';
import { example } from './command.ts';
import { withEngine } from './engine.ts';
import type { Terminal } from './terminal.ts';

export function addBackup(program: Command, terminal: Terminal): void {
  program
    .command('backup')
    .argument('<file>', 'where to write it, such as backup.ndjson.gz')
    .description(
      'Write the whole database to a file, as it is at this moment, while the engine may go on working. SQLite and MySQL read the same files. APP_SECRET is not in it, and no uploaded file: keep those elsewhere.',
    )
    .option('--force', 'replace the file if there is one')
    .addHelpText('after', example('backup /var/backups/tollkeeper.ndjson.gz'))
    .action((file: string, { force = false }: { force?: boolean }) => write(terminal, resolve(file), force));
  program
    .command('restore')
    .argument('<file>', 'what `backup` wrote')
    .description('Fill an empty database from a backup. Stop the engine first.')
    .option('--force', 'replace everything in the database, and take a backup of another APP_SECRET')
    .addHelpText('after', example('restore /var/backups/tollkeeper.ndjson.gz'))
    .action((file: string, { force = false }: { force?: boolean }) => read(terminal, resolve(file), force));
}

async function write(terminal: Terminal, file: string, isForced: boolean): Promise<void> {
  if (existsSync(file) && !isForced)
    throw conflict('backup.exists', `${file} is there already: use --force to replace it.`);
  await mkdir(dirname(file), { recursive: true });
  await withEngine(terminal, async (app) => {
    const counts = await backUp(app.database, { engine: readVersion(), secret: printOf(app) }, file, systemClock());
    terminal.print(`${file} holds ${describe(counts)}. Restoring it needs the same APP_SECRET.`);
    for (const folder of await foldersBeside(app.config.dataDir))
      terminal.print(`The files in ${folder} are not in it: copy that folder, too.`);
  });
}

/** What staff uploaded is as large as they like, and lies there as it is. */
const foldersBeside = async (dataDir: string): Promise<string[]> => {
  const folders = ['downloads', 'public'].map((name) => join(dataDir, name));
  const filled = await Promise.all(folders.map(async (path) => existsSync(path) && (await readdir(path)).length > 0));
  return folders.filter((_, at) => filled[at]);
};

const read = (terminal: Terminal, file: string, isForced: boolean): Promise<void> =>
  withEngine(terminal, async (app) => {
    const owners = [{ name: 'core', migrations: coreMigrations }, ...app.catalog.list().map(({ module }) => module)];
    const restored = await restore(app.database, file, { owners, secret: printOf(app), isForced, clock: systemClock });
    await report(terminal, app, restored);
  });

async function report(
  terminal: Terminal,
  app: App,
  { header, counts, isOfAnotherSecret, leftOut }: Restored,
): Promise<void> {
  const when = header.createdAt.slice(0, 19).replace('T', ' ');
  terminal.print(`Restored ${describe(counts)}, as they were at ${when} UTC.`);
  if (isOfAnotherSecret)
    terminal.complain('The backup was made under another APP_SECRET: its keys, tokens and settings cannot be opened.');
  for (const table of leftOut) terminal.complain(`Table ${table} was left out: no migration makes it.`);
  await app.catalog.refresh();
  const pending = await app.pending();
  if (pending.length > 0) terminal.print(`Newer migrations run at the next start: ${pending.join(', ')}.`);
}

/** Tells whether two installations have the same APP_SECRET without telling anything of it. */
const printOf = ({ config }: App): string => createSecrets(config.appSecret).fingerprint('backup', 'secret');

function describe(counts: RowCounts): string {
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return `${rows} rows of ${Object.keys(counts).length} tables`;
}
