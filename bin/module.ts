import { join } from 'node:path';
import type { Command } from 'commander';
import type { App } from '#core/app';
import type { ListedModule } from '#core/catalog';
import { newestBackup } from '#core/db/backup';
import { conflict, notFound } from '#core/error';
import { example } from './command.ts';
import { createModule } from './create-module.ts';
import { withEngine } from './engine.ts';
import { columns, type Terminal } from './terminal.ts';

export function addModule(program: Command, terminal: Terminal): void {
  const module = program.command('module').description('List, install, remove and write modules.');
  module
    .command('list')
    .description('List all modules with their version and state.')
    .addHelpText('after', example('module list'))
    .action(() => list(terminal));
  module
    .command('install')
    .argument('<name>', 'name of the module')
    .description('Make the tables of a module and activate it. For an installed one: run what a new version adds.')
    .option('--restore', 'fill its tables from the newest backup that an uninstallation left')
    .addHelpText('after', example('module install notes', 'module install notes --restore'))
    .action((name: string, { restore = false }: { restore?: boolean }) => install(terminal, name, restore));
  module
    .command('uninstall')
    .argument('<name>', 'name of the module')
    .description('Drop the tables of a module after writing their rows to a backup.')
    .option('--yes', 'do not ask; needed where nobody can answer')
    .addHelpText('after', example('module uninstall notes --yes'))
    .action((name: string, { yes = false }: { yes?: boolean }) => uninstall(terminal, name, yes));
  module
    .command('enable')
    .argument('<name>', 'name of the module')
    .description('Activate a disabled module again.')
    .addHelpText('after', example('module enable notes'))
    .action((name: string) => enable(terminal, name));
  module
    .command('disable')
    .argument('<name>', 'name of the module')
    .description('Stop a module and keep its data.')
    .addHelpText('after', example('module disable notes'))
    .action((name: string) => disable(terminal, name));
  module
    .command('create')
    .argument('<name>', 'lower-case letters and digits')
    .description('Write a working, tested module to begin from into MODULES_DIR.')
    .option('--dir <folder>', 'write it below this folder instead')
    .addHelpText('after', example('module create notes --dir ./my-modules'))
    .action((name: string, { dir }: { dir?: string }) => createModule(terminal, name, dir));
}

const list = (terminal: Terminal): Promise<void> =>
  withEngine(terminal, async (app) => {
    await app.catalog.refresh();
    const rows = app.catalog
      .list()
      .map(({ module, state, installedVersion }) => [
        module.name,
        installedVersion ?? module.version,
        state,
        module.title,
      ]);
    terminal.print(columns([['NAME', 'VERSION', 'STATE', 'TITLE'], ...rows]));
  });

const install = (terminal: Terminal, name: string, restore: boolean): Promise<void> =>
  withEngine(terminal, async (app) => {
    const before = await find(app, name);
    await app.catalog.install(app.system(), name, { restore });
    await app.migrate(); // lets it make what must be there
    const isBack = restore || before.state === 'parked';
    terminal.print(`Module ${name} ${before.module.version} is installed${isBack ? ' and has its rows back' : ''}.`);
  });

const enable = (terminal: Terminal, name: string): Promise<void> =>
  withEngine(terminal, async (app) => {
    const { state } = await find(app, name);
    if (state !== 'disabled') throw conflict('module.not_disabled', `Module ${name} is not disabled: it is ${state}.`);
    await app.catalog.install(app.system(), name);
    await app.migrate();
    terminal.print(`Module ${name} is enabled.`);
  });

const disable = (terminal: Terminal, name: string): Promise<void> =>
  withEngine(terminal, async (app) => {
    await find(app, name);
    await app.catalog.deactivate(app.system(), name, { keepData: true });
    terminal.print(`Module ${name} is disabled; its data is kept.`);
  });

const uninstall = (terminal: Terminal, name: string, isSure: boolean): Promise<void> =>
  withEngine(terminal, async (app) => {
    const { module, state } = await find(app, name);
    if (state === 'absent') throw conflict('module.not_installed', `Module ${name} is not installed.`);
    const folder = join(app.config.dataDir, 'backups');
    const tables = state === 'parked' ? [] : (module.tables ?? []);
    const loss = tables.length === 0 ? 'No table is dropped' : `Tables to be dropped: ${tables.join(', ')}`;
    terminal.print(`${loss}. Backup of their rows: ${folder}.`);
    if (!isSure) await confirm(terminal, name);
    await app.catalog.uninstall(app.system(), name);
    const backup = tables.length === 0 ? undefined : await newestBackup(folder, name);
    terminal.print(`Module ${name} is uninstalled.${backup === undefined ? '' : ` Its rows are in ${backup}.`}`);
  });

async function confirm(terminal: Terminal, name: string): Promise<void> {
  if (!terminal.isInteractive)
    throw conflict(
      'module.unconfirmed',
      `Nobody is there to confirm: repeat the command with --yes to uninstall ${name}.`,
    );
  const answer = await terminal.ask(`Uninstall ${name}? [y/N] `);
  if (!/^y(es)?$/i.test(answer.trim())) throw conflict('module.unconfirmed', `Module ${name} was left as it is.`);
}

async function find(app: App, name: string): Promise<ListedModule> {
  await app.catalog.refresh();
  const found = app.catalog.find(name);
  if (found === undefined) throw notFound('module.unknown', `There is no module ${name}.`);
  return found;
}
