import { loadConfig } from '#config/load';
import type { Config } from '#config/schema';
import { createApp, type App } from '#core/app';
import { loadExternalModules } from '#core/external';
import { createLog, type Log } from '#core/log';
import { messageOf } from '#core/error';
import { shippedModules } from '#modules/index';
import type { Terminal } from './terminal.ts';

/** The engine as every command starts it: with the modules that ship and those in MODULES_DIR. */
export interface Engine {
  readonly app: App;
  /** What is wrong with modules in MODULES_DIR, a sentence each. */
  readonly problems: readonly string[];
}

export async function openEngine(config: Config, log: Log = createLog(config.logLevel)): Promise<Engine> {
  // Dates without a zone come from callers and are in the wire's zone; local time of this process is that zone.
  process.env['TZ'] = config.timeZone;
  const external =
    config.modulesDir === undefined
      ? { modules: [], problems: [] }
      : await loadExternalModules(config.modulesDir, shippedModules, log);
  const app = createApp({ config, modules: shippedModules, external: external.modules, log });
  return { app, problems: [...external.problems, ...app.leftOut] };
}

/** For a command that does one thing and ends. Its own output goes to standard output, the log's warnings to standard error. */
export async function withEngine<T>(terminal: Terminal, work: (app: App, engine: Engine) => Promise<T>): Promise<T> {
  const config = loadConfig(terminal.env);
  const engine = await openEngine(config, terminalLog(terminal, config.logLevel));
  try {
    return await work(engine.app, engine);
  } finally {
    await engine.app.close();
  }
}

function terminalLog(terminal: Terminal, level: string): Log {
  const isDebug = level === 'debug';
  const complain = (message: string, { error }: { readonly error?: unknown } = {}): void =>
    terminal.complain(error === undefined ? message : `${message}: ${messageOf(error)}`);
  const ignore = (): void => undefined;
  return { debug: isDebug ? complain : ignore, info: isDebug ? complain : ignore, warn: complain, error: complain };
}
