/** `npm run bench -- [lists|sale]`: builds what is old, then measures (see bench/README.md). */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, orExit, root } from './build.js';

await orExit(async () => {
  await ensureInstalled();
  await ensureBuilt();
});

// A process of its own, because it reads TypeScript and this one may have begun before the loader was installed.
const [first = '', ...rest] = process.argv.slice(2);
const isPart = ['sale', 'lists'].includes(first);
const program = join(root, 'bench', isPart ? `${first}.ts` : 'main.ts');
const source = isPart ? ['--conditions', 'source'] : [];
const args = [...source, '--import', 'tsx', program, ...(isPart ? rest : process.argv.slice(2))];
const child = spawn(process.execPath, args, {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => child.kill());
const [code] = await once(child, 'exit');
process.exitCode = code ?? 1;
