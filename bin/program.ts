import { Command, CommanderError } from 'commander';
import { readVersion } from '#core/version';
import { addAdmin } from './admin.ts';
import { addBackup } from './backup.ts';
import { Failed } from './command.ts';
import { addDemo } from './demo.ts';
import { addDoctor } from './doctor.ts';
import { explain, stackOf } from './explain.ts';
import { addJob } from './job.ts';
import { addMigrate } from './migrate.ts';
import { addModule } from './module.ts';
import { addOpenapi } from './openapi.ts';
import { addServe } from './serve.ts';
import type { Terminal } from './terminal.ts';

/** Runs one command line and returns its exit code. What goes wrong is said in a sentence; LOG_LEVEL=debug adds the stack. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    await createProgram(terminal).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (!(error instanceof Failed)) {
      terminal.complain(explain(error));
      if (terminal.env['LOG_LEVEL'] === 'debug') terminal.complain(stackOf(error));
    }
    return 1;
  }
}

function createProgram(terminal: Terminal): Command {
  const program = new Command('tollkeeper')
    .description(
      'A self-hosted billing engine for people who sell keys. Settings come from the environment; see README.md.',
    )
    .version(readVersion())
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.print(withoutEnd(text)),
      writeErr: (text) => terminal.complain(withoutEnd(text)),
      outputError: (text, write) => write(text.replace(/^error: ./, (start) => start.slice(-1).toUpperCase())),
    });
  for (const add of [addServe, addMigrate, addModule, addJob, addAdmin, addDemo, addDoctor, addBackup, addOpenapi])
    add(program, terminal);
  return program;
}

const withoutEnd = (text: string): string => text.replace(/\n$/, '');
