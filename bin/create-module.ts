import { existsSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linkEngine } from '#core/engine-link';
import { conflict, invalidInput } from '#core/error';
import { packageRoot } from '#core/version';
import { shippedModules } from '#modules/index';
import type { Terminal } from './terminal.ts';

/** Names in bin/skeleton that become those of the new module. */
const PLACEHOLDER = /skeleton/g;
const TITLE = /Skeleton/g;

/** Copies bin/skeleton, a real module, under another name. It needs no database. */
export async function createModule(terminal: Terminal, name: string, dir: string | undefined): Promise<void> {
  if (!/^[a-z][a-z0-9]{1,31}$/.test(name))
    throw invalidInput(
      'module.name',
      'A module name is 2 to 32 lower-case letters and digits, beginning with a letter.',
    );
  if (name === 'core' || shippedModules.some((module) => module.name === name))
    throw conflict('module.taken', `The name ${name} is taken.`);
  const parent = dir ?? terminal.env['MODULES_DIR'];
  if (!parent) throw invalidInput('module.folder', 'Set MODULES_DIR or name a folder with --dir.');
  const target = join(resolve(parent), name);
  if (existsSync(target)) throw conflict('module.exists', `${target} is there already.`);

  await mkdir(resolve(parent), { recursive: true });
  const draft = join(resolve(parent), `.${name}.part`);
  await cp(fileURLToPath(new URL('bin/skeleton/', packageRoot())), draft, { recursive: true });
  await renameInside(draft, name);
  await rename(draft, target);
  const problem = await linkEngine(resolve(parent));
  if (problem !== undefined) terminal.complain(problem);

  terminal.print(`${target} is a module that works. Its tests: cd ${relative('.', target) || '.'} && node --test`);
  if (dir !== undefined) terminal.print(`To install it, start the engine with MODULES_DIR=${resolve(parent)}.`);
  terminal.print(`Install it with: tollkeeper module install ${name}`);
}

async function renameInside(folder: string, name: string): Promise<void> {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replaceAll(PLACEHOLDER, name).replaceAll(TITLE, title));
    const renamed = entry.name.replaceAll(PLACEHOLDER, name);
    if (renamed !== entry.name) await rename(path, join(entry.parentPath, renamed));
  }
}
