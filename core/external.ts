import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { validate as isSchedule } from 'node-cron';
import { ConfigError } from '#config/load';
import { inOrder } from './boot.ts';
import { linkEngine } from './engine-link.ts';
import { messageOf } from './error.ts';
import type { Log } from './log.ts';
import type { Contributions, Module } from './module.ts';

/** Modules of others: folders of MODULES_DIR, and npm packages in it that call themselves `tollkeeper-module`. */
export interface ExternalModules {
  readonly modules: readonly Module[];
  /** What was left out and why, a sentence each; the log has them too. */
  readonly problems: readonly string[];
}

interface Candidate {
  readonly folder: string;
  readonly module: Module;
}

const KEYWORD = 'tollkeeper-module';
const NAME = /^[a-z][a-z0-9-]{0,31}$/;
/** Names that the engine itself keeps its own things under. */
const RESERVED = ['core', 'restore', 'system', 'index', 'dashboard', 'api', 'mod'];

/** Loads what is in `folder`. A broken module is reported and left out: it never stops the engine. */
export async function loadExternalModules(
  folder: string,
  shipped: readonly Module[],
  log: Log,
): Promise<ExternalModules> {
  const isFolder = await stat(folder).then((found) => found.isDirectory()).catch(() => false); // prettier-ignore
  if (!isFolder) throw new ConfigError(`MODULES_DIR is not a folder: ${folder}.`);
  const problems: string[] = [];
  const report = (problem: string): void => {
    problems.push(problem);
    log.error(problem);
  };

  const linkProblem = await linkEngine(folder);
  if (linkProblem !== undefined) report(linkProblem);

  const candidates: Candidate[] = [];
  for (const path of await listFolders(folder)) {
    try {
      const module = await load(path);
      const mistake = mistakeIn(module, [...shipped, ...candidates.map((candidate) => candidate.module)]);
      if (mistake !== undefined) throw new Error(mistake);
      candidates.push({ folder: path, module });
    } catch (error) {
      report(`The module in ${path} was left out: ${withoutDot(messageOf(error))}.`);
    }
  }
  const { accepted, refused } = settle(shipped, candidates);
  for (const { candidate, reason } of refused)
    report(`The module in ${candidate.folder} was left out: ${withoutDot(reason)}.`);
  return { modules: accepted.map(({ module }) => withCheckedSetup(module)), problems };
}

/** Folders that hold a package.json or an index.js, in the order of the alphabet. */
async function listFolders(folder: string): Promise<string[]> {
  const own = (await foldersIn(folder)).filter((name) => !name.startsWith('.') && name !== 'node_modules');
  const packages = await installedPackages(join(folder, 'node_modules'));
  return [...own.map((name) => join(folder, name)), ...packages];
}

/** `npm install` in MODULES_DIR brings whatever a module depends on as well, so a package has to say what it is. */
async function installedPackages(folder: string): Promise<string[]> {
  const names = await foldersIn(folder);
  const scoped = await Promise.all(
    names
      .filter((name) => name.startsWith('@'))
      .map(async (scope) => (await foldersIn(join(folder, scope))).map((name) => join(scope, name))),
  );
  const paths = [...names.filter((name) => !/^[@.]/.test(name)), ...scoped.flat()].map((name) => join(folder, name));
  const found = await Promise.all(
    paths.map(async (path) => {
      const { keywords } = await readManifest(path).catch(() => ({ keywords: undefined }));
      return Array.isArray(keywords) && keywords.includes(KEYWORD) ? [path] : [];
    }),
  );
  return found.flat();
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const isFolder = await Promise.all(
    entries.map(async (entry) => {
      if (!entry.isSymbolicLink()) return entry.isDirectory();
      return stat(join(folder, entry.name)).then((target) => target.isDirectory()).catch(() => false); // prettier-ignore
    }),
  );
  return entries.filter((_, index) => isFolder[index]).map(({ name }) => name).toSorted(); // prettier-ignore
}

interface PackageJson {
  readonly main?: unknown;
  readonly exports?: unknown;
  readonly keywords?: unknown;
}

async function readManifest(folder: string): Promise<PackageJson> {
  const text = await readFile(join(folder, 'package.json'), 'utf8').catch(() => '{}');
  try {
    return JSON.parse(text) as PackageJson;
  } catch {
    throw new Error('its package.json is not JSON');
  }
}

/** The one module that a folder's entry exports, under whatever name. */
async function load(folder: string): Promise<Module> {
  const entry = join(folder, entryOf(await readManifest(folder)));
  if (!(await stat(entry).catch(() => undefined))?.isFile()) throw new Error(`there is no ${entry}`);
  const exported = (await import(pathToFileURL(entry).href)) as Record<string, unknown>;
  const modules = [...new Set(Object.values(exported).filter(isLikeModule))];
  const [module] = modules;
  if (module === undefined) throw new Error(`${entry} exports no module made by defineModule`);
  if (modules.length > 1) throw new Error(`${entry} exports more than one module`);
  return module;
}

function entryOf({ exports, main }: PackageJson): string {
  const root = isObject(exports) && '.' in exports ? exports['.'] : exports;
  for (const entry of isObject(root) ? [root['node'], root['import'], root['default'], main] : [root, main]) {
    if (typeof entry === 'string') return entry;
  }
  return 'index.js';
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isLikeModule = (value: unknown): value is Module => isObject(value) && 'name' in value && 'setup' in value;

/** The part of the contract that the compiler checks for modules of our own. */
function mistakeIn(module: Module, others: readonly Module[]): string | undefined {
  const { name, title, version, migrations, tables = [], isEssential, permissions = {}, settings, uses = {} } = module;
  if (typeof name !== 'string' || !NAME.test(name))
    return `its name must be up to 32 lower-case letters, digits and hyphens, not ${JSON.stringify(name)}`;
  if (RESERVED.includes(name)) return `the name ${name} is the engine's own`;
  const taken = others.find((other) => other.name === name || name.startsWith(`${other.name}-`));
  if (taken?.name === name) return `the name ${name} is taken`;
  // Files and keys are found by `<name>-…`, so what begins like another module would be mistaken for it.
  if (taken !== undefined) return `its name ${name} begins like that of module ${taken.name}`;
  if (typeof title !== 'string' || title === '') return 'it has no title';
  if (typeof version !== 'string' || !/^\d+\.\d+\.\d+/.test(version)) return 'its version must be like 1.0.0';
  if (isEssential) return 'only modules that ship can be essential';
  if (typeof module.setup !== 'function') return 'its setup is not a function';
  if (!isObject(uses)) return 'its uses must be an object of service tokens';
  if (!isObject(permissions) || !Object.values(permissions).every((text) => typeof text === 'string'))
    return 'its permissions must be an object of sentences';
  if (settings !== undefined && (!isObject(settings) || settings['type'] !== 'object'))
    return 'its settings must be a Type.Object';
  if (!isListOf(tables, (table) => typeof table === 'string')) return 'its tables must be an array of names';
  const foreign = tables.find((table) => others.some((other) => other.tables?.includes(table)));
  if (foreign !== undefined) return `its table ${foreign} belongs to another module`;
  if (!isListOf(migrations, isMigration)) return 'its migrations must be an array of { name, up, down }';
  const names = migrations.map((migration) => migration.name);
  return new Set(names).size === names.length ? undefined : 'two of its migrations have the same name';
}

const isListOf = (value: unknown, fits: (one: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every((one) => fits(one));
const isMigration = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['name'] === 'string' &&
  typeof value['up'] === 'function' &&
  typeof value['down'] === 'function';

/** Takes in one after the other whatever has all it uses and closes no circle. What remains is refused with its reason. */
function settle(
  shipped: readonly Module[],
  candidates: readonly Candidate[],
): { accepted: Candidate[]; refused: { candidate: Candidate; reason: string }[] } {
  const accepted: Candidate[] = [];
  let remaining = [...candidates];
  for (;;) {
    const present = [...shipped, ...accepted.map(({ module }) => module)];
    const next = remaining.find(({ module }) => reasonAgainst(present, module) === undefined);
    if (next === undefined) {
      const all = [...present, ...remaining.map(({ module }) => module)];
      return {
        accepted,
        refused: remaining.map((candidate) => ({
          candidate,
          reason: reasonAgainst(all, candidate.module) ?? 'a module it uses was left out',
        })),
      };
    }
    accepted.push(next);
    remaining = remaining.filter((candidate) => candidate !== next);
  }
}

function reasonAgainst(present: readonly Module[], module: Module): string | undefined {
  try {
    inOrder([module, ...present.filter((other) => other !== module)]);
    return undefined;
  } catch (error) {
    return messageOf(error);
  }
}

/** What setup returns is held against the contract too; throwing makes the engine go on without the module. */
const withCheckedSetup = (module: Module): Module => ({
  ...module,
  setup(services, toolbox) {
    const contributions: unknown = module.setup(services, toolbox);
    const mistake = isObject(contributions)
      ? mistakeInContributions(module.name, contributions)
      : 'setup must return an object of contributions';
    if (mistake !== undefined) throw new Error(mistake);
    return contributions as Contributions;
  },
});

const LISTS = [
  'mounts',
  'recognizers',
  'pages',
  'menu',
  'productTypes',
  'gateways',
  'plugins',
  'hooks',
  'listeners',
  'mails',
  'echoes',
  'jobs',
  'checks',
] as const;

function mistakeInContributions(
  name: string,
  contributions: Contributions & Record<string, unknown>,
): string | undefined {
  if (contributions instanceof Promise) return 'setup must return at once, not a promise';
  const { provides, api = {}, jobs = [] } = contributions;
  const wrong = LISTS.find((list) => contributions[list] !== undefined && !Array.isArray(contributions[list]));
  if (wrong !== undefined) return `${wrong} must be an array`;
  if (provides !== undefined && provides.token.module !== name)
    return `it provides the service of ${provides.token.module}, which is not its own`;
  if (contributions.authenticators !== undefined) return 'only modules that ship can say who is calling';
  for (const [role, endpoints] of Object.entries(api)) {
    if (role === 'otherwise' || role === 'as') continue;
    for (const [method, endpoint] of Object.entries(endpoints ?? {}))
      if (!isObject(endpoint) || endpoint['role'] !== role || typeof endpoint['run'] !== 'function')
        return `${role}/${method} was not made by ${role}Endpoint`;
  }
  const unscheduled = jobs.find((job) => !isSchedule(job.schedule));
  return unscheduled && `the schedule of job ${unscheduled.name} is malformed: ${unscheduled.schedule}`;
}

const withoutDot = (text: string): string => text.replace(/\.$/, '');
