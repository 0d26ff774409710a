import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Knex } from 'knex';
import { createSecrets } from '#core/secret';
import type { Server } from './process.ts';

const CHUNK = 400; // SQLite takes no more than 500 rows in one statement
const APP = 31;
const PATH = '/api/v1/simple/code/check';
const DEVICE = 'benchmark';

/** The token of device number `index`, the same in every run. */
const tokenAt = (index: number): string => createHash('sha256').update(`bench ${index}`).digest('base64url');
const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** An app with as many live devices, none of which has checked yet. A check reads and writes nothing else. */
export async function loadActivations(db: Knex, appSecret: string, count: number): Promise<void> {
  const { seal } = createSecrets(appSecret);
  const now = new Date();
  await db.transaction(async (tx) => {
    await tx('extstars_app').insert({
      app_id: APP, name: 'Benchmark', enabled: true, currency: 'USD', config: '{}', created_at: now, updated_at: now,
      sign_key: seal('extstars_app.sign_key', 'S1gnKeyForExamplesOnly0000000001'),
    }); // prettier-ignore
    for (let start = 0; start < count; start += CHUNK) {
      const length = Math.min(CHUNK, count - start);
      await tx('extstars_activation').insert(
        Array.from({ length }, (_, offset) => ({
          app_id: APP, code_id: start + offset + 1, device_id: `${DEVICE}${start + offset}`,
          device_hash: hashOf(`${DEVICE}${start + offset}`), device_info: 'benchmark', active_order: 1,
          token_hash: hashOf(tokenAt(start + offset)), live: 1, activated_at: now, standing: 'active',
        })), // prettier-ignore
      );
    }
  });
}

/** Devices in no order, each once: its first check needs no step key, and writes. */
const deviceAt = (number: number, count: number): number => (number * 7_368_787) % count;

/** One request a line: method, path, body and headers. */
export function writeCheckRequests(file: string, count: number, length: number): void {
  const lines = Array.from({ length: Math.min(length, count) }, (_, number) => {
    const index = deviceAt(number, count);
    return `POST\t${PATH}\t{"device_id":"${DEVICE}${index}"}\tAppId: ${APP}|Token: ${tokenAt(index)}`;
  });
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** A fast wrong answer is worth nothing. These devices come last in the list. */
export async function verifyChecks({ url }: Server, count: number, asked: number): Promise<void> {
  const check = async (index: number): Promise<string> => {
    const headers = { appid: String(APP), token: tokenAt(index) };
    const body = JSON.stringify({ device_id: `${DEVICE}${index}` });
    return (await fetch(`${url}${PATH}`, { method: 'POST', headers, body })).text();
  };
  await Promise.all(
    Array.from({ length: 60 }, async (_, number) => {
      const index = deviceAt(Math.min(asked, count) - 1 - number, count);
      const [first, second] = [await check(index), await check(index)];
      if (!first.startsWith('{"code":100,') || !second.startsWith('{"code":103,'))
        throw new Error(`Wrong answers for device ${index}: ${first} ${second}`);
    }),
  );
}
