import { Command } from 'commander';
import { serve } from './serve.ts';

const program = new Command('tollkeeper').description('A self-hosted billing engine for people who sell keys.');
program.command('serve').description('Start the engine.').action(serve);
await program.parseAsync();
