import type { Knex } from 'knex';
import type { Redis } from 'ioredis';
import { toDate, type StoredDate } from '../db/columns.ts';
import { LIFESPAN_MS } from './session.ts';
import type { Seen, SessionData, SessionStore, StoredSession } from './session-data.ts';

interface Row {
  id: string;
  content: string;
  expires_at: StoredDate;
  seen_at: StoredDate | null;
  seen_ip: string | null;
}

const COLUMNS = ['id', 'content', 'expires_at', 'seen_at', 'seen_ip'] as const;

const toSession = ({ content, expires_at, seen_at, seen_ip }: Row): StoredSession => ({
  data: JSON.parse(content) as SessionData,
  expiresAt: toDate(expires_at),
  seen: seen_at === null ? undefined : { at: toDate(seen_at), ip: seen_ip ?? '' },
});

const rowOf = (data: SessionData, expiresAt: Date) => ({
  content: JSON.stringify(data),
  client_id: data.clientId ?? null,
  admin_id: data.adminId ?? null,
  expires_at: expiresAt,
});

export const databaseSessions = (db: Knex): SessionStore => ({
  async load(id, now) {
    const row = await db<Row>('session')
      .where({ id } as object)
      .where('expires_at', '>', now)
      .first(...COLUMNS);
    return row && toSession(row);
  },
  async save(id, data, expiresAt, now) {
    const row = rowOf(data, expiresAt);
    await db('session')
      .insert({ id, ...row, created_at: now })
      .onConflict('id')
      .merge(Object.keys(row));
  },
  replace: async (id, data, expiresAt) => void (await db('session').where({ id }).update(rowOf(data, expiresAt))),
  see: async (id, { at, ip }) => void (await db('session').where({ id }).update({ seen_at: at, seen_ip: ip })),
  async listOf(role, accountId, now) {
    const rows = await db<Row>('session')
      .where({ [`${role}_id`]: accountId } as object)
      .where('expires_at', '>', now)
      .orderBy('created_at', 'desc')
      .limit(MOST_LISTED)
      .select(...COLUMNS);
    return rows.map((row) => ({ id: row.id, ...toSession(row) }));
  },
  endOne: async (role, accountId, id) =>
    (await db('session')
      .where({ id, [`${role}_id`]: accountId })
      .del()) > 0,
  remove: async (id) => void (await db('session').where({ id }).del()),
  async endAll(role, accountId, except = '') {
    await db('session')
      .where({ [`${role}_id`]: accountId })
      .whereNot({ id: except })
      .del();
  },
  purge: async (now) => void (await db('session').where('expires_at', '<=', now).del()),
});

/** A program that signs in again and again fills no page. */
const MOST_LISTED = 100;

/** Keys end by themselves; a set per account remembers which are its. */
export function redisSessions(redis: Redis): SessionStore {
  const key = (id: string): string => `session:${id}`;
  const seenKey = (id: string): string => `session-seen:${id}`;
  const setOf = (role: string, id: number): string => `sessions:${role}:${id}`;
  return {
    async load(id) {
      const [text, seen] = await redis.mget(key(id), seenKey(id));
      return text ? parsed(text, seen) : undefined;
    },
    async save(id, data, expiresAt, now) {
      const ttl = Math.max(1, expiresAt.getTime() - now.getTime());
      const work = redis.multi().set(key(id), JSON.stringify({ data, expiresAt }), 'PX', ttl);
      for (const [role, account] of [
        ['client', data.clientId],
        ['admin', data.adminId],
      ] as const) {
        if (account !== undefined) work.sadd(setOf(role, account), id).pexpire(setOf(role, account), ttl);
      }
      await work.exec();
    },
    async replace(id, data, expiresAt, now) {
      const ttl = Math.max(1, expiresAt.getTime() - now.getTime());
      await redis.set(key(id), JSON.stringify({ data, expiresAt }), 'PX', ttl, 'XX');
    },
    see: async (id, seen) => void (await redis.set(seenKey(id), JSON.stringify(seen), 'PX', LIFESPAN_MS)),
    async listOf(role, accountId) {
      const ids = await redis.smembers(setOf(role, accountId));
      if (ids.length === 0) return [];
      const [texts, seen] = await Promise.all([redis.mget(...ids.map(key)), redis.mget(...ids.map(seenKey))]);
      return ids
        .flatMap((id, index) => {
          const text = texts[index];
          return text ? [{ id, ...parsed(text, seen[index]) }] : [];
        })
        .sort((one, other) => other.expiresAt.getTime() - one.expiresAt.getTime())
        .slice(0, MOST_LISTED);
    },
    async endOne(role, accountId, id) {
      if ((await redis.srem(setOf(role, accountId), id)) === 0) return false;
      return (await redis.del(key(id))) > 0;
    },
    remove: async (id) => void (await redis.del(key(id))),
    async endAll(role, accountId, except) {
      const ids = (await redis.smembers(setOf(role, accountId))).filter((id) => id !== except);
      if (ids.length > 0)
        await redis
          .multi()
          .del(...ids.map(key))
          .srem(setOf(role, accountId), ...ids)
          .exec();
    },
    purge: () => Promise.resolve(),
  };
}

function parsed(text: string, seenText: string | null | undefined): StoredSession {
  const { data, expiresAt } = JSON.parse(text) as { data: SessionData; expiresAt: string };
  const seen = seenText ? (JSON.parse(seenText) as { at: string; ip: string }) : undefined;
  return {
    data,
    expiresAt: new Date(expiresAt),
    seen: seen && ({ at: new Date(seen.at), ip: seen.ip } satisfies Seen),
  };
}
