import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runCommand } from '../../bin/program.ts';

/** The command line, in this process or in one of its own, on a DATA_DIR and MODULES_DIR of the running test. */
export interface TestCommand {
  readonly dataDir: string;
  readonly modulesDir: string;
  env: Record<string, string>;
  run(...args: string[]): Promise<Outcome>;
  /** The same where somebody is there and answers a question. */
  runAnswering(answer: string, ...args: string[]): Promise<Outcome>;
  spawn(...args: string[]): Program;
  /** Writes a module of others: the text of its index.js. */
  addModule(name: string, text: string): void;
}

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Program {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Resolves once the output matches; rejects when the program ends without. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
}

const root = dirname(dirname(import.meta.dirname));

/** Migrating takes longer than most commands, so it is done once, unless the tests begin with an empty folder. */
export function useCommand({ isMigrated = true } = {}): TestCommand {
  const scratch = mkdtempSync(join(tmpdir(), 'tollkeeper-command-'));
  const template = join(scratch, 'template');
  const running = new Set<Program>();
  let count = 0;
  let folder = '';

  const command: TestCommand = {
    env: {},
    get dataDir() {
      return join(folder, 'data');
    },
    get modulesDir() {
      return join(folder, 'modules');
    },
    run: (...args) => runHere(command.env, args),
    runAnswering: (answer, ...args) => runHere(command.env, args, answer),
    spawn(...args) {
      const program = start(command.env, args);
      running.add(program);
      void program.ended.then(() => running.delete(program));
      return program;
    },
    addModule(name, text) {
      mkdirSync(join(command.modulesDir, name), { recursive: true });
      writeFileSync(join(command.modulesDir, name, 'package.json'), '{"type":"module"}');
      writeFileSync(join(command.modulesDir, name, 'index.js'), text);
    },
  };
  before(async function () {
    this.timeout(60_000);
    mkdirSync(template);
    if (isMigrated) await runHere(environment(template, template), ['migrate']);
  });
  beforeEach(() => {
    folder = join(scratch, String(++count));
    mkdirSync(join(folder, 'modules'), { recursive: true });
    cpSync(template, join(folder, 'data'), { recursive: true });
    command.env = environment(join(folder, 'data'), join(folder, 'modules'));
  });
  afterEach(async () => {
    for (const { child } of running) child.kill('SIGKILL');
    await Promise.all([...running].map(({ ended }) => ended));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));
  return command;
}

const environment = (dataDir: string, modulesDir: string): Record<string, string> => ({
  DATA_DIR: dataDir,
  MODULES_DIR: modulesDir,
  PORT: '0',
  CRON: 'off',
  LOG_LEVEL: 'warn',
  ADMIN_EMAIL: 'admin@example.com',
  ADMIN_PASSWORD: 'Correct-Horse-7',
  ADMIN_API_TOKEN: 'AdminToken0123456789abcdefABCDEF',
});

async function runHere(env: Record<string, string>, args: string[], answer?: string): Promise<Outcome> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCommand(args, {
    env,
    isInteractive: answer !== undefined,
    print: (text) => out.push(text),
    complain: (text) => err.push(text),
    ask: async () => answer ?? '',
  });
  return { code, out: out.join('\n'), err: err.join('\n') };
}

function start(env: Record<string, string>, args: string[]): Program {
  const loader = [
    '--conditions',
    'source',
    '--import',
    pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href,
  ];
  const child = spawn(process.execPath, [...loader, join(root, 'bin/tollkeeper.ts'), ...args], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = once(child, 'close').then(([code]) => ({ code: Number(code ?? -1), out, err }));
  return {
    child,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(out);
          if (match !== null) resolve(match);
        };
        child.stdout.on('data', look);
        void ended.then(() => reject(new Error(`It ended without saying ${pattern}:\n${out}${err}`)));
        look();
      }),
  };
}
