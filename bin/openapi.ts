import type { Command } from 'commander';
import { isMissingTable } from '#core/db/errors';
import { example } from './command.ts';
import { withEngine } from './engine.ts';
import type { Terminal } from './terminal.ts';

export function addOpenapi(program: Command, terminal: Terminal): void {
  program
    .command('openapi')
    .description('Print the OpenAPI document of the active modules, as the engine serves it at /openapi.json.')
    .addHelpText('after', example('openapi > openapi.json'))
    .action(() =>
      withEngine(terminal, async (app) => {
        try {
          await app.catalog.refresh();
        } catch (error) {
          if (!isMissingTable(error)) throw error; // before the first start only what is always active is described
        }
        terminal.print(JSON.stringify(app.openapi(), null, 2));
      }),
    );
}
