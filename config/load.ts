import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import proxyAddr from 'proxy-addr';
import { Settings, type Config, type RawSettings } from './schema.ts';

/** A mistake in the settings, said in one sentence per mistake. */
export class ConfigError extends Error {}

type Environment = Readonly<Record<string, string | undefined>>;

/** Checks the environment once and returns the frozen configuration; creates DATA_DIR and, where absent, the secret in it. */
export function loadConfig(environment: Environment): Config {
  const raw = check(environment);
  const dataDir = resolve(raw.DATA_DIR);
  return Object.freeze({
    port: raw.PORT,
    host: raw.HOST,
    baseUrl: (raw.BASE_URL ?? `http://${raw.HOST}:${raw.PORT}/`).replace(/\/*$/, '/'),
    dataDir,
    databaseUrl: raw.DATABASE_URL ?? `sqlite:${join(dataDir, 'tollkeeper.sqlite')}`,
    redisUrl: raw.REDIS_URL,
    mailUrl: raw.MAIL_URL,
    appSecret: raw.APP_SECRET ?? keptSecret(dataDir),
    admin: { email: raw.ADMIN_EMAIL, password: raw.ADMIN_PASSWORD, apiToken: raw.ADMIN_API_TOKEN },
    hasRateLimits: raw.RATE_LIMITS === 'on',
    unlimitedPeers: partsOf(raw.RATE_LIMITS_EXEMPT),
    hasCron: raw.CRON === 'on',
    hasMetrics: raw.METRICS === 'on',
    logLevel: raw.LOG_LEVEL,
    timeZone: raw.TZ_NAME,
    trustedProxies: partsOf(raw.TRUSTED_PROXIES),
    maxUploadBytes: raw.UPLOAD_LIMIT_MB * 1024 * 1024,
    modulesDir: raw.MODULES_DIR === undefined ? undefined : resolve(raw.MODULES_DIR),
    processes: raw.WEB_CONCURRENCY,
  });
}

function check(environment: Environment): RawSettings {
  const names = Object.keys(Settings.properties);
  // An empty variable counts as absent: that is how shells and compose files unset one.
  const given: Record<string, unknown> = Object.fromEntries(
    names.flatMap((name) => (environment[name] ? [[name, environment[name]]] : [])),
  );
  const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true });
  const isValid = ajv.validate<RawSettings>(Settings, given);
  const mistakes = [
    ...misspelled(Object.keys(environment), names),
    ...(isValid ? [] : [...new Set((ajv.errors ?? []).map(sentence))]),
    ...(isValid ? NETWORKS.filter((name) => !areNetworks(String(given[name]))).map(notNetworks) : []),
    ...(isValid && !isTimeZone(given['TZ_NAME']) ? [`TZ_NAME must be an IANA time zone such as Europe/Oslo.`] : []),
  ];
  if (mistakes.length > 0) throw new ConfigError(mistakes.join('\n'));
  return given as RawSettings; // ajv has just checked and completed it
}

const NETWORKS = ['RATE_LIMITS_EXEMPT', 'TRUSTED_PROXIES'] as const;
const notNetworks = (name: string): string =>
  `${name} must be addresses or networks such as 10.0.0.0/8, separated by commas.`;

function areNetworks(list: string): boolean {
  try {
    proxyAddr.compile(partsOf(list));
    return true;
  } catch {
    return false;
  }
}

const partsOf = (list: string): string[] =>
  list
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

function sentence({ instancePath }: ErrorObject): string {
  const name = instancePath.slice(1);
  const schema = (
    Settings.properties as Record<string, { description?: string; minLength?: number; anyOf?: { const: string }[] }>
  )[name];
  const choices = schema?.anyOf?.map((choice) => choice.const).join(', ');
  if (choices !== undefined) return `${name} must be one of: ${choices}.`;
  if (schema?.minLength !== undefined && schema.minLength > 1)
    return `${name} must have at least ${schema.minLength} characters.`;
  return `${name} is malformed. ${schema?.description ?? ''}`;
}

/** The environment is full of other programs' names, so only those a slip of the finger away from ours are refused. */
function misspelled(given: readonly string[], names: readonly string[]): string[] {
  return given.flatMap((name) => {
    if (names.includes(name)) return [];
    if (name.startsWith('TOLLKEEPER_')) return [`Unknown setting ${name}: settings have no prefix.`];
    const meant = names.find((ours) => ours.length >= 8 && distance(name, ours) <= 2);
    return meant === undefined ? [] : [`Unknown setting ${name}: did you mean ${meant}?`];
  });
}

function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((next[j - 1] ?? 0) + 1, (row[j] ?? 0) + 1, (row[j - 1] ?? 0) + cost));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function isTimeZone(name: unknown): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: String(name) });
    return true;
  } catch {
    return false;
  }
}

/** Several processes may start together on an empty folder: linking is what only one of them can do. */
function keptSecret(dataDir: string): string {
  const file = join(dataDir, 'secret');
  try {
    mkdirSync(dataDir, { recursive: true });
    if (!existsSync(file)) {
      const draft = `${file}.${process.pid}`;
      writeFileSync(draft, randomBytes(32).toString('hex'), { mode: 0o600 });
      try {
        linkSync(draft, file);
      } catch (error) {
        if (!existsSync(file)) throw error;
      } finally {
        rmSync(draft, { force: true });
      }
    }
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`DATA_DIR cannot be used: ${error instanceof Error ? error.message : String(error)}.`);
  }
}
