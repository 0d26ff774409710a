import type { Redis } from 'ioredis';
import { later, type Clock } from '../clock.ts';

/** Who has no call left, and until when. */
export interface Exhausted {
  readonly policy: string;
  readonly subject: string;
  readonly lastSeenAt: Date;
  readonly retryAt: Date;
}

/** Remembers who is limited, since a limiter can only be asked about a subject one names. */
export interface LimitedBook {
  note(policy: string, subject: string, waitMs: number): Promise<void>;
  list(): Promise<Exhausted[]>;
  forget(policy: string, subject: string): Promise<void>;
  clear(): Promise<void>;
}

/** Nobody reads a longer list, and an attack from many addresses must not fill the memory. */
const MOST = 10_000;

export function memoryBook(clock: Clock): LimitedBook {
  const noted = new Map<string, Exhausted>();
  const keyOf = (policy: string, subject: string): string => `${policy}:${subject}`;
  return {
    async note(policy, subject, waitMs) {
      const now = clock();
      const key = keyOf(policy, subject);
      noted.delete(key); // so that the last seen is last
      noted.set(key, { policy, subject, lastSeenAt: now, retryAt: later(now, waitMs) });
      for (const oldest of noted.keys()) {
        if (noted.size <= MOST) break;
        noted.delete(oldest);
      }
    },
    async list() {
      const now = clock();
      for (const [key, { retryAt }] of noted) if (retryAt <= now) noted.delete(key);
      return [...noted.values()];
    },
    forget: async (policy, subject) => void noted.delete(keyOf(policy, subject)),
    clear: async () => noted.clear(),
  };
}

const PREFIX = 'limited:';

export function redisBook(redis: Redis, clock: Clock): LimitedBook {
  const keyOf = (policy: string, subject: string): string => `${PREFIX}${policy}:${subject}`;
  const scan = () =>
    redis.scanStream({ match: `${PREFIX}*`, count: 500 }) as unknown as AsyncIterable<readonly string[]>;
  return {
    async note(policy, subject, waitMs) {
      await redis.set(keyOf(policy, subject), String(clock().getTime()), 'PX', Math.max(1, Math.ceil(waitMs)));
    },
    async list() {
      const found = new Map<string, Exhausted>();
      for await (const keys of scan()) {
        const read = (key: string) => Promise.all([redis.get(key), redis.pttl(key)]);
        for (const [at, [seen, waitMs]] of (await Promise.all(keys.map(read))).entries()) {
          const key = keys[at] ?? '';
          if (seen === null || waitMs <= 0 || found.size >= MOST) continue;
          const [policy = '', ...subject] = key.slice(PREFIX.length).split(':'); // an IPv6 address has colons itself
          const [lastSeenAt, retryAt] = [new Date(Number(seen)), later(clock(), waitMs)];
          found.set(key, { policy, subject: subject.join(':'), lastSeenAt, retryAt });
        }
      }
      return [...found.values()];
    },
    forget: async (policy, subject) => void (await redis.del(keyOf(policy, subject))),
    async clear() {
      for await (const keys of scan()) if (keys.length > 0) await redis.del(...keys);
    },
  };
}
