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

/** Fills the module's table in one transaction, as no service would: a million orders are not what is measured. */
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
  await db.transaction(async (tx) => {
    for (let start = 0; start < count; start += CHUNK) {
      const length = Math.min(CHUNK, count - start);
      await tx('service_apikey').insert(Array.from({ length }, (_, offset) => rowAt(start + offset)));
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
export function writeRequests(file: string, questions: readonly Question[], method: string): void {
  const path = `/api/guest/serviceapikey/${method}`;
  const lines = questions.map(({ index }) => `POST\t${path}\t${JSON.stringify({ key: keyAt(index) })}`);
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
