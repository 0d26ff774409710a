import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import type { Knex } from 'knex';
import { createSecrets } from '#core/secret';
import type { Server } from './process.ts';

const CHUNK = 400; // SQLite takes no more than 500 rows in one statement
const LOCATIONS = 4;

/** The customer API key of client number `index`, the same in every run. */
export const customerKeyAt = (index: number): string =>
  `orbit_${createHash('sha256').update(`bench ${index}`).digest('base64url')}`;

const licensesOf = (index: number): number => 1 + (index % 3);
const licenseKeyAt = (index: number, number: number): string =>
  `ORBIT-${createHash('md5').update(`${index}/${number}`).digest('hex').slice(0, 6).toUpperCase()}-${String(index).padStart(6, '0')}-${String(number).padStart(6, '0')}`;

/** Clients with a key and one to three licences each, as no service would make them: a sale is not what is measured. */
export async function loadLicenses(db: Knex, appSecret: string, clients: number): Promise<void> {
  const { fingerprint, seal } = createSecrets(appSecret);
  const now = new Date();
  const times = { created_at: now, updated_at: now };
  const indexes = (start: number) =>
    Array.from({ length: Math.min(CHUNK, clients - start) }, (_, offset) => start + offset);
  await db.transaction(async (tx) => {
    for (let id = 1; id <= LOCATIONS; id++)
      await tx('orbit_location').insert({
        id,
        code: `loc${id}`,
        name: `Location ${id}`,
        urls: JSON.stringify([`https://rpc${id}.example.com`, `wss://rpc${id}.example.com`]),
        is_enabled: true,
        ...times,
      });
    for (let start = 0; start < clients; start += CHUNK) {
      await tx('client').insert(
        indexes(start).map((index) => ({
          id: index + 1, email: `client${index}@example.com`, status: 'active', currency: 'USD', first_name: 'Kay', ...times,
        })), // prettier-ignore
      );
      await tx('orbit_api_key').insert(
        indexes(start).map((index) => ({
          id: index + 1, client_id: index + 1, name: 'Default', key_hash: fingerprint('orbit.api_key', customerKeyAt(index)),
          key_head: 'orbit_', key_tail: 'last', is_enabled: true, ip_whitelist: '[]', ...times,
        })), // prettier-ignore
      );
      const licenses = indexes(start).flatMap((index) =>
        Array.from({ length: licensesOf(index) }, (_, number) => {
          const key = licenseKeyAt(index, number);
          return {
            order_id: index * 3 + number + 1, client_id: index + 1, license_key: seal('orbit.license_key', key),
            key_hash: fingerprint('orbit.license_key', key), slug: `plan-${index}-${number}`, product_name: 'RPC Pro',
            status: 'active', period: '1M', issued_at: now, expires_at: new Date(now.getTime() + 30 * 86_400_000),
            auth_mode: 'api_key', auto_renewal: true, location_ids: number === 0 ? null : '[1,2]',
            domains: '["app.example.com"]', devnet_domains: '[]', ...times,
          }; // prettier-ignore
        }),
      );
      for (let from = 0; from < licenses.length; from += CHUNK)
        await tx('service_orbit').insert(licenses.slice(from, from + CHUNK));
    }
  });
}

/** One request a line: method, path, no body, and the key as a header. */
export function writeLicenseRequests(file: string, clients: number, length: number): void {
  const lines = Array.from({ length }, (_, number) => {
    const index = Math.floor((number * 2_654_435_761) % clients);
    return `GET\t/customer/v2/licenses\t\tX-ORBIT-KEY: ${customerKeyAt(index)}`;
  });
  writeFileSync(file, `${lines.join('\n')}\n`);
}

/** A fast wrong answer is worth nothing. */
export async function verifyLicenses({ url }: Server, clients: number): Promise<void> {
  await Promise.all(
    Array.from({ length: 60 }, async (_, number) => {
      const index = Math.floor((number * 7919) % clients);
      const response = await fetch(`${url}/customer/v2/licenses`, { headers: { 'x-orbit-key': customerKeyAt(index) } });
      const { data } = (await response.json()) as { data: { licenses: { license_key: string }[] } };
      const keys = data.licenses.map(({ license_key }) => license_key).sort();
      const expected = Array.from({ length: licensesOf(index) }, (_unused, which) => licenseKeyAt(index, which)).sort();
      if (keys.join() !== expected.join()) throw new Error(`Wrong licences for client ${index}: ${keys.join()}`);
    }),
  );
}
