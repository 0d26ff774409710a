import { runCommand } from './program.ts';
import { processTerminal } from './terminal.ts';

// Whoever reads our output may stop early, as `| head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const code = await runCommand(process.argv.slice(2), processTerminal);
// Something that failed may have left a connection open, which would keep the process. `serve` goes on.
if (code !== 0) process.exit(code);
