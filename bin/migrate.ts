import type { Command } from 'commander';
import { example } from './command.ts';
import { withEngine } from './engine.ts';
import type { Terminal } from './terminal.ts';

export function addMigrate(program: Command, terminal: Terminal): void {
  program
    .command('migrate')
    .description('Bring the database up to date. `serve` does so too.')
    .addHelpText('after', example('migrate'))
    .action(() =>
      withEngine(terminal, async (app) => {
        const pending = await app.pending();
        await app.migrate();
        terminal.print(
          pending.length === 0 ? 'The database is up to date.' : `Migrations that ran: ${pending.join(', ')}.`,
        );
      }),
    );
}
