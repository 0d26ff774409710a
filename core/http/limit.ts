import type { Redis } from 'ioredis';
import { RateLimiterMemory, RateLimiterRedis, RateLimiterRes, type RateLimiterAbstract } from 'rate-limiter-flexible';
import { rateLimited } from '../error.ts';

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

export interface Limits {
  /** Counts one call of `subject`; throws `rate_limited` when there were too many. */
  consume(policy: PolicyName, subject: string): Promise<void>;
  /** Forgets all counts. */
  reset(): Promise<void>;
}

/** Without Redis the counts are those of this process. */
export function createLimits(isOn: boolean, redis: Redis | undefined): Limits {
  let limiters = new Map<PolicyName, RateLimiterAbstract>();
  const limiterOf = (policy: PolicyName): RateLimiterAbstract => {
    let limiter = limiters.get(policy);
    if (limiter === undefined) {
      const [points, duration] = POLICIES[policy];
      const options = { points, duration, keyPrefix: `limit:${policy}` };
      limiter =
        redis === undefined ? new RateLimiterMemory(options) : new RateLimiterRedis({ ...options, storeClient: redis });
      limiters.set(policy, limiter);
    }
    return limiter;
  };
  return {
    async consume(policy, subject) {
      if (!isOn) return;
      try {
        await limiterOf(policy).consume(subject.toLowerCase());
      } catch (refusal) {
        if (refusal instanceof RateLimiterRes) throw rateLimited(Math.ceil(refusal.msBeforeNext / 1000));
        throw refusal;
      }
    },
    async reset() {
      limiters = new Map();
      if (redis === undefined) return;
      for await (const keys of redis.scanStream({ match: 'limit:*', count: 500 }) as AsyncIterable<string[]>) {
        if (keys.length > 0) await redis.del(...keys);
      }
    },
  };
}
