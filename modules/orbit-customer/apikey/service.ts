import type { Recognizer } from '#core/authenticator';
import { atomic, type Context, type Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { invalidFields } from '#core/error';
import { randomToken, type Secrets } from '#core/secret';
import type { ClientActor } from '#core/actor';
import { canonicalAddress } from '../address.ts';
import { KEY_KIND } from '../dialect.ts';
import { refusal, unknownThing } from '../failure.ts';
import type { Admit } from '../admit.ts';
import { createLastUse } from './last-use.ts';
import * as keys from './repository.ts';
import type { ApiKey, Change } from './repository.ts';

/** A key that was just made: the one time it is seen whole. */
export interface FullKey {
  readonly id: number;
  readonly name: string;
  readonly key: string;
  readonly isEnabled: boolean;
}

/** `which`: an id, or a name that only one key of the client has. */
export interface ApiKeys {
  list(ctx: Context, clientId: number): Promise<readonly ApiKey[]>;
  get(ctx: Context, clientId: number, which: string): Promise<ApiKey>;
  create(ctx: Context, clientId: number, name: string, whitelist: readonly string[]): Promise<FullKey>;
  /** The same as a step of something larger. */
  add(tx: Tx, clientId: number, name: string, whitelist: readonly string[]): Promise<FullKey>;
  update(ctx: Context, clientId: number, which: string, change: Change): Promise<ApiKey>;
  regenerate(ctx: Context, clientId: number, which: string): Promise<FullKey>;
  remove(ctx: Context, clientId: number, which: string): Promise<void>;
  addIp(ctx: Context, clientId: number, which: string, ip: string): Promise<ApiKey>;
  removeIp(ctx: Context, clientId: number, which: string, ip: string): Promise<ApiKey>;

  search(ctx: Context, clientId: number | undefined, request: PageRequest): Promise<Page<ApiKey>>;
  find(ctx: Context, id: number): Promise<ApiKey>;
  setEnabled(ctx: Context, id: number, isEnabled: boolean): Promise<void>;
  removeAny(ctx: Context, id: number): Promise<void>;
  removeAllOf(tx: Tx, clientId: number): Promise<void>;
  readonly recognizer: Recognizer;
}

const MOST_KEYS = 50;
const MOST_ADDRESSES = 500;
const HEAD = 6;
const TAIL = 4;
const PURPOSE = 'orbit.api_key';

export function createApiKeys({ secrets, admit }: { secrets: Secrets; admit: Admit }): ApiKeys {
  const lastUse = createLastUse();
  const hashOf = (key: string): string => secrets.fingerprint(PURPOSE, key);
  const current = (key: ApiKey): ApiKey => ({ ...key, lastUsedAt: lastUse.of(key.id) ?? key.lastUsedAt });

  return {
    list: async (ctx, clientId) => (await keys.listOf(ctx.db, clientId)).map(current),
    get: async (ctx, clientId, which) => current(await getOwn(ctx, clientId, which)),

    create: (ctx, clientId, name, whitelist) => atomic(ctx, (tx) => add(tx, clientId, name, whitelist)),
    add,

    update: (ctx, clientId, which, change) =>
      changeOwn(ctx, clientId, which, async (tx, key) => {
        await keys.update(tx.db, key.id, change, tx.now);
        await tx.record(`Updated customer API key #${key.id}`);
      }),

    regenerate: (ctx, clientId, which) =>
      atomic(ctx, async (tx) => {
        const { id, name, isEnabled } = await lockOwn(tx, clientId, which);
        const key = generateKey();
        await keys.setSecret(tx.db, id, secretOf(key), tx.now);
        await tx.record(`Replaced customer API key #${id}`);
        return { id, name, isEnabled, key };
      }),

    remove: (ctx, clientId, which) =>
      atomic(ctx, async (tx) => {
        const { id } = await lockOwn(tx, clientId, which);
        await keys.remove(tx.db, id);
        await tx.record(`Deleted customer API key #${id}`);
      }),

    addIp: (ctx, clientId, which, ip) =>
      changeOwn(ctx, clientId, which, async (tx, { id, whitelist }) => {
        if (whitelist.includes(ip)) return;
        if (whitelist.length >= MOST_ADDRESSES)
          throw invalidFields({ ip: [`A list holds at most ${MOST_ADDRESSES} addresses.`] });
        await keys.update(tx.db, id, { whitelist: [...whitelist, ip] }, tx.now);
        await tx.record(`Added an address to customer API key #${id}`);
      }),

    removeIp: (ctx, clientId, which, ip) =>
      changeOwn(ctx, clientId, which, async (tx, { id, whitelist }) => {
        if (!whitelist.includes(ip)) throw unknownThing('Address');
        await keys.update(tx.db, id, { whitelist: whitelist.filter((one) => one !== ip) }, tx.now);
        await tx.record(`Removed an address from customer API key #${id}`);
      }),

    async search(ctx, clientId, request) {
      const page = await keys.list(ctx.db, clientId, request);
      return { ...page, items: page.items.map(current) };
    },
    async find(ctx, id) {
      const key = await keys.find(ctx.db, id);
      if (key === undefined) throw unknownThing('API key');
      return current(key);
    },
    setEnabled: (ctx, id, isEnabled) =>
      atomic(ctx, async (tx) => {
        await lock(tx, id);
        await keys.update(tx.db, id, { isEnabled }, tx.now);
        await tx.record(`${isEnabled ? 'Enabled' : 'Disabled'} customer API key #${id}`);
      }),
    removeAny: (ctx, id) =>
      atomic(ctx, async (tx) => {
        if (!(await keys.remove(tx.db, id))) throw unknownThing('API key');
        await tx.record(`Deleted customer API key #${id}`);
      }),
    removeAllOf: (tx, clientId) => keys.removeOf(tx.db, clientId),

    recognizer: {
      kind: KEY_KIND,
      async recognize(ctx, secret): Promise<ClientActor | undefined> {
        if (secret.length > 200) return undefined;
        const key = await keys.findStanding(ctx.db, hashOf(secret));
        if (key?.isEnabled !== true) return undefined;
        const actor = await admit(ctx, key.clientId, { kind: KEY_KIND, id: key.id });
        if (key.whitelist.length > 0 && !key.whitelist.includes(canonicalAddress(ctx.ip ?? '')))
          throw refusal('forbidden', 'ip_not_allowed', 'This API key may not be used from this address.');
        if (actor !== undefined) lastUse.note(ctx, key.id);
        return actor;
      },
    },
  };

  async function add(tx: Tx, clientId: number, name: string, whitelist: readonly string[]): Promise<FullKey> {
    if ((await keys.countLocked(tx.db, clientId)) >= MOST_KEYS)
      throw invalidFields({ name: [`There may be at most ${MOST_KEYS} API keys.`] });
    const key = generateKey();
    const id = await keys.insert(tx.db, { clientId, name, whitelist, ...secretOf(key) }, tx.now);
    await tx.record(`Created customer API key #${id}`);
    return { id, name, key, isEnabled: true };
  }

  async function getOwn(ctx: Context, clientId: number, which: string): Promise<ApiKey> {
    const own = await keys.listOf(ctx.db, clientId);
    const byId = /^\d{1,15}$/.test(which) ? own.find(({ id }) => id === Number(which)) : undefined;
    const named = own.filter(({ name }) => name === which);
    const found = byId ?? (named.length === 1 ? named[0] : undefined);
    if (found === undefined) throw unknownThing('API key');
    return found;
  }

  async function lock(tx: Tx, id: number): Promise<ApiKey> {
    const key = await keys.findForUpdate(tx.db, id);
    if (key === undefined) throw unknownThing('API key');
    return key;
  }

  async function lockOwn(tx: Tx, clientId: number, which: string): Promise<ApiKey> {
    return lock(tx, (await getOwn(tx, clientId, which)).id);
  }

  function changeOwn(
    ctx: Context,
    clientId: number,
    which: string,
    change: (tx: Tx, key: ApiKey) => Promise<void>,
  ): Promise<ApiKey> {
    return atomic(ctx, async (tx) => {
      const key = await lockOwn(tx, clientId, which);
      await change(tx, key);
      return current(await lock(tx, key.id));
    });
  }

  function secretOf(key: string): keys.Secret {
    return { hash: hashOf(key), head: key.slice(0, HEAD), tail: key.slice(-TAIL) };
  }
}

/** 43 letters and digits: 256 bits. */
const generateKey = (): string => `orbit_${randomToken(43)}`;
