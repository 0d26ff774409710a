/** `npm start`: whatever is missing first, then the engine in this very process, so that signals reach it. */
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, orExit, root } from './build.js';

await orExit(async () => {
  await ensureInstalled();
  await ensureBuilt();
});

const program = join(root, 'dist/bin/tollkeeper.js');
process.argv.splice(1, 1, program, 'serve');
await import(program);
