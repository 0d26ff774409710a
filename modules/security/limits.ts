import { isIP } from 'node:net';
import { atomic, type Context } from '#core/context';
import { invalidInput } from '#core/error';
import { isPolicy, type Limited, type Limits } from '#core/http/limit';

/** What staff may see and do of the rate limits: addresses only, not the accounts and e-mails that are counted as well. */
export type LimitKeeper = ReturnType<typeof createLimitKeeper>;

export function createLimitKeeper(limits: Limits) {
  return {
    isOn: limits.isOn,

    async list(ip: string | undefined, search: string | undefined): Promise<Limited[]> {
      const text = search?.toLowerCase();
      return (await limits.listLimited())
        .filter(({ subject }) => isIP(subject) !== 0)
        .filter(({ subject }) => ip === undefined || subject === ip.trim().toLowerCase())
        .filter(({ subject, policy }) => text === undefined || subject.includes(text) || policy.includes(text))
        .toSorted((a, b) => order(a.subject, b.subject) || order(a.policy, b.policy));
    },

    async reset(ctx: Context, sent: string, policy: string | null) {
      const ip = sent.trim();
      if (isIP(ip) === 0) throw invalidInput('security.ip', 'The provided input was not a valid IP address.');
      if (policy !== null && !isPolicy(policy))
        throw invalidInput('security.policy', `Rate limiter policy ${policy} is not defined or invalid`);
      const removed = await limits.forget(ip, policy ?? undefined);
      await atomic(ctx, (tx) => tx.record(`Reset the rate limits of ${ip}${policy === null ? '' : ` for ${policy}`}`));
      return { ip, policy, removed };
    },

    async resetAll(ctx: Context): Promise<void> {
      await limits.reset();
      await atomic(ctx, (tx) => tx.record('Reset all rate limits'));
    },
  };
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
