import { isIP } from 'node:net';
import type { Redis } from 'ioredis';
import proxyAddr from 'proxy-addr';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import type { Clock } from '../clock.ts';
import { rateLimited } from '../error.ts';
import { memoryBook, redisBook, type Exhausted } from './limited.ts';

/** How many calls in how many seconds; names, figures and subjects as in the contract (spec A8). */
const POLICIES = {
  api_guest: [100, 60],
  api_authenticated_ip: [1000, 3600],
  api_authenticated_account: [1000, 3600],
  api_login: [10, 3600],
  client_signup: [5, 3600],
  client_password_reset_ip: [10, 3600],
  client_password_reset_email: [3, 3600],
  client_password_reset_confirm_ip: [20, 60],
  client_password_reset_confirm_post_ip: [20, 60],
  client_email_confirm_ip: [20, 60],
  staff_password_reset_ip: [5, 3600],
  staff_password_reset_email: [3, 3600],
  staff_password_reset_confirm_ip: [20, 60],
  staff_password_reset_confirm_post_ip: [20, 60],
  order_generation_ip: [15, 3600],
  invoice_payment_ip: [10, 3600],
  invoice_payment_hash: [10, 3600],
  invoice_pdf_ip: [10, 3600],
  invoice_pdf_hash: [10, 3600],
  invoice_get_ip: [10, 3600],
  invoice_get_hash: [30, 3600],
  cart_promo_apply_ip: [10, 3600],
  client_email_verification_resend_ip: [30, 3600],
  client_email_verification_resend_account: [3, 3600],
  client_email_resend_ip: [30, 3600],
  client_email_resend_account: [5, 3600],
  profile_password_change_ip: [30, 3600],
  profile_password_change_account: [5, 3600],
} as const satisfies Record<string, readonly [calls: number, seconds: number]>;

export type PolicyName = keyof typeof POLICIES;

/** A limit that a module sets for a door of its own. */
export interface Policy {
  /** Begins with the name of its module. */
  readonly name: string;
  readonly calls: number;
  readonly seconds: number;
  /** Who has made all calls is refused for so long from then on, instead of until `seconds` after the first of them. */
  readonly blockSeconds?: number;
}

/** A subject that is refused at this moment. */
export interface Limited extends Exhausted {
  readonly limit: number;
  readonly waitMs: number;
}

export interface Limits {
  /** Whether anything is counted at all. */
  readonly isOn: boolean;
  /**
   * Counts one call of `subject`, which is an address unless `from` tells whence it came; throws `rate_limited` when
   * there were too many.
   */
  consume(policy: PolicyName | Policy, subject: string, from?: string): Promise<void>;
  /** Throws as `consume` does, and counts nothing: for limits of what a call turns out to be. */
  check(policy: PolicyName | Policy, subject: string, from?: string): Promise<void>;
  /** Takes a call back, as where only failed attempts count. */
  giveBack(policy: PolicyName | Policy, subject: string): Promise<void>;
  /** Those who have no call left; without Redis as far as this process knows. */
  listLimited(): Promise<Limited[]>;
  /** Forgets the counts of one subject, under one policy or all; returns how many there were. */
  forget(subject: string, policy?: PolicyName): Promise<number>;
  /** Forgets all counts. */
  reset(): Promise<void>;
}

export const isPolicy = (name: string): name is PolicyName => Object.hasOwn(POLICIES, name);

const named = (name: PolicyName): Policy => ({ name, calls: POLICIES[name][0], seconds: POLICIES[name][1] });

const policyOf = (asked: PolicyName | Policy): Policy => (typeof asked === 'string' ? named(asked) : asked);

export interface LimitParts {
  readonly isOn: boolean;
  /** Without it the counts are those of this process. */
  readonly redis: Redis | undefined;
  readonly clock: Clock;
  /** Addresses and networks that are never counted (spec A8). */
  readonly exempt?: readonly string[];
}

export function createLimits({ isOn, redis, clock, exempt = [] }: LimitParts): Limits {
  const isAmong = exempt.length === 0 ? undefined : proxyAddr.compile([...exempt]);
  const isExempt = (address: string): boolean => isAmong !== undefined && isIP(address) !== 0 && isAmong(address, 0);
  const book = redis === undefined ? memoryBook(clock) : redisBook(redis, clock);
  let limiters = new Map<string, { readonly limiter: RateLimiterAbstract; readonly policy: Policy }>();
  const limiterOf = (policy: Policy): RateLimiterAbstract => {
    const known = limiters.get(policy.name);
    if (known?.policy.calls === policy.calls && known.policy.seconds === policy.seconds) return known.limiter;
    const options = { points: policy.calls, duration: policy.seconds, keyPrefix: `limit:${policy.name}` };
    const limiter =
      redis === undefined ? new RateLimiterMemory(options) : new RateLimiterRedis({ ...options, storeClient: redis });
    limiters.set(policy.name, { limiter, policy });
    return limiter;
  };
  return {
    isOn,
    async consume(asked, sent, from = sent) {
      if (!isOn || isExempt(from)) return;
      const policy = policyOf(asked);
      const subject = sent.toLowerCase();
      try {
        const left = await limiterOf(policy).consume(subject);
        if (left.remainingPoints > 0) return;
        const { blockSeconds } = policy;
        if (blockSeconds !== undefined) await limiterOf(policy).block(subject, blockSeconds);
        const waitMs = blockSeconds === undefined ? left.msBeforeNext : blockSeconds * 1000;
        await book.note(policy.name, subject, waitMs);
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        await book.note(policy.name, subject, refusal.msBeforeNext);
        throw rateLimited(Math.ceil(refusal.msBeforeNext / 1000));
      }
    },
    async check(asked, sent, from = sent) {
      if (!isOn || isExempt(from)) return;
      const left = await limiterOf(policyOf(asked)).get(sent.toLowerCase());
      if (left !== null && left.remainingPoints <= 0 && left.msBeforeNext > 0)
        throw rateLimited(Math.ceil(left.msBeforeNext / 1000));
    },
    async giveBack(asked, sent) {
      if (isOn) await limiterOf(policyOf(asked)).reward(sent.toLowerCase());
    },
    async listLimited() {
      const exhausted = await book.list();
      const now = clock().getTime();
      return exhausted.flatMap((one) =>
        isPolicy(one.policy)
          ? [{ ...one, limit: POLICIES[one.policy][0], waitMs: Math.max(0, one.retryAt.getTime() - now) }]
          : [],
      );
    },
    async forget(sent, only) {
      const subject = sent.toLowerCase();
      let removed = 0;
      for (const policy of only === undefined ? Object.keys(POLICIES).filter(isPolicy) : [only]) {
        if (await limiterOf(named(policy)).delete(subject)) removed++;
        await book.forget(policy, subject);
      }
      return removed;
    },
    async reset() {
      limiters = new Map();
      await book.clear();
      if (redis === undefined) return;
      for await (const keys of redis.scanStream({ match: 'limit:*', count: 500 }) as AsyncIterable<string[]>) {
        if (keys.length > 0) await redis.del(...keys);
      }
    },
  };
}
