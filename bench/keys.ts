import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Knex } from 'knex';
import { createSecrets } from '#core/secret';

const CHUNK = 400; // SQLite takes no more than 500 rows in one statement
const DAY = 86_400_000;
/** As long as a real one: nonce, tag and a key of 35 characters in base64. The hot path never opens it. */
const SEALED = 'A'.repeat(84);
const CONFIG = JSON.stringify({
  length: 32, split: true, split_interval: 8, case: 'upper',
  custom_plan: 'professional', custom_requests: '5000', private_note: 'not for guests',
}); // prettier-ignore
/** What `get_info` shows of it. */
export const VISIBLE_CONFIG = '"config":{"plan":"professional","requests":5000}';

/** Key number `index` of the benchmark: random to look at, the same in every run, so that no list has to be kept. */
export function keyAt(index: number): string {
  const digest = createHash('md5').update(`bench ${index}`).digest('hex').toUpperCase();
  return [0, 8, 16, 24].map((start) => digest.slice(start, start + 8)).join('-');
}

interface Standing {
  readonly status: string;
  readonly expiresAt: Date | null;
}

/** Half of all keys may be used; the others belong to orders that are suspended, canceled or expired. */
function standingAt(index: number, now: Date): Standing {
  const kind = index % 10;
  if (kind < 3) return { status: 'active', expiresAt: null };
  if (kind < 5) return { status: 'active', expiresAt: new Date(now.getTime() + 365 * DAY) };
  if (kind < 7) return { status: 'suspended', expiresAt: null };
  if (kind < 8) return { status: 'canceled', expiresAt: null };
  return { status: 'active', expiresAt: new Date(now.getTime() - DAY) };
}

export const isUsable = (index: number): boolean => index % 10 < 5;

/** Where the licences of the benchmark are in use; each has seen it before, so a check only reads. */
const INSTALLATION = { host: 'shop.example', version: '4.2.1', path: '/srv/shop' };
const SEEN = {
  ips: '["127.0.0.1"]', hosts: `["${INSTALLATION.host}"]`, versions: `["${INSTALLATION.version}"]`,
  paths: `["${INSTALLATION.path}"]`, validate_ip: false, validate_host: true, validate_path: true, validate_version: false,
}; // prettier-ignore

/** What is asked: the path below `/api/guest/` and what is sent with a key. */
export const CALLS = {
  check: { path: 'serviceapikey/check', bodyOf: (key: string): object => ({ key }) },
  get_info: { path: 'serviceapikey/get_info', bodyOf: (key: string): object => ({ key }) },
  'licence check': {
    path: 'servicelicense/check',
    bodyOf: (license: string): object => ({ license, ...INSTALLATION }),
  },
} as const;
export type Call = keyof typeof CALLS;

/** Fills the modules' tables in one transaction, as no service would: a million orders are not what is measured. */
export async function loadKeys(db: Knex, appSecret: string, count: number): Promise<void> {
  const { fingerprint } = createSecrets(appSecret);
  const now = new Date();
  const rowAt = (index: number) => {
    const { status, expiresAt } = standingAt(index, now);
    return {
      order_id: index + 1, client_id: 1 + (index % 100_000), status, expires_at: expiresAt, config: CONFIG,
      api_key: SEALED, key_hash: fingerprint('serviceapikey.key', keyAt(index)), created_at: now, updated_at: now,
    }; // prettier-ignore
  };
  const licenseAt = (index: number) => {
    const { status, expiresAt } = standingAt(index, now);
    return {
      order_id: index + 1, client_id: 1 + (index % 100_000), status, expires_at: expiresAt, config: '{}', plugin: 'Simple',
      license_key: SEALED, key_hash: fingerprint('servicelicense.key', keyAt(index)), licensed_to: 'Kay Tester', ...SEEN,
      pinged_at: new Date(now.getTime() + DAY), created_at: now, updated_at: now,
    }; // prettier-ignore
  };
  await db.transaction(async (tx) => {
    for (let start = 0; start < count; start += CHUNK) {
      const length = Math.min(CHUNK, count - start);
      await tx('service_apikey').insert(Array.from({ length }, (_, offset) => rowAt(start + offset)));
      await tx('service_license').insert(Array.from({ length }, (_, offset) => licenseAt(start + offset)));
    }
  });
}

export interface Question {
  readonly index: number;
  readonly isKnown: boolean;
}

/** Questions in no order about all the keys; one in twenty is about a key that does not exist. */
export function questionsAbout(count: number, length: number): readonly Question[] {
  const random = randomFrom(count);
  return Array.from({ length }, () => {
    const isKnown = random() >= 0.05;
    return { index: Math.floor(random() * count) + (isKnown ? 0 : count), isKnown };
  });
}

/** A list for the load generator: one request a line, method, path and body between tabs. */
export function writeRequests(file: string, questions: readonly Question[], call: Call): void {
  const { path, bodyOf } = CALLS[call];
  const lines = questions.map(({ index }) => `POST\t/api/guest/${path}\t${JSON.stringify(bodyOf(keyAt(index)))}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** mulberry32: the same numbers in every run. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
