/** `npm run bench`: builds what is old, then measures the built engine (see bench/README.md). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, orExit, root } from './build.js';

await orExit(async () => {
  await ensureInstalled();
  await ensureBuilt();
});

// A process of its own, because it reads TypeScript and this one may have begun before the loader was installed.
const child = spawn(process.execPath, ['--import', 'tsx', join(root, 'bench/main.ts'), ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => child.kill());
const [code] = await once(child, 'exit');
process.exitCode = code ?? 1;
