import type { Knex } from 'knex';
import type { Redis } from 'ioredis';
import { toDate, type StoredDate } from '../db/columns.ts';
import type { SessionData, SessionStore } from './session.ts';

interface Row {
  content: string;
  expires_at: StoredDate;
}

export const databaseSessions = (db: Knex): SessionStore => ({
  async load(id, now) {
    const row = await db<Row>('session')
      .where({ id } as object)
      .where('expires_at', '>', now)
      .first('content', 'expires_at');
    return row && { data: JSON.parse(row.content) as SessionData, expiresAt: toDate(row.expires_at) };
  },
  async save(id, data, expiresAt, now) {
    const row = {
      content: JSON.stringify(data),
      client_id: data.clientId ?? null,
      admin_id: data.adminId ?? null,
      expires_at: expiresAt,
    };
    await db('session')
      .insert({ id, ...row, created_at: now })
      .onConflict('id')
      .merge(Object.keys(row));
  },
  remove: async (id) => void (await db('session').where({ id }).del()),
  async endAll(role, accountId, except = '') {
    await db('session')
      .where({ [`${role}_id`]: accountId })
      .whereNot({ id: except })
      .del();
  },
  purge: async (now) => void (await db('session').where('expires_at', '<=', now).del()),
});

/** Keys end by themselves; a set per account remembers which are its. */
export function redisSessions(redis: Redis): SessionStore {
  const key = (id: string): string => `session:${id}`;
  const setOf = (role: string, id: number): string => `sessions:${role}:${id}`;
  return {
    async load(id) {
      const text = await redis.get(key(id));
      if (text === null) return undefined;
      const { data, expiresAt } = JSON.parse(text) as { data: SessionData; expiresAt: string };
      return { data, expiresAt: new Date(expiresAt) };
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
