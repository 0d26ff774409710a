import type { Endpoint } from '#core/endpoint';
import type { Pace } from '#core/http/dispatch';
import type { Policy } from '#core/http/limit';
import { MODULE } from './rules.ts';

const perMinute = (name: string, calls: number): Policy => ({ name: `${MODULE}.${name}`, calls, seconds: 60 });

/** Codes that do not exist, by one address; the last of them closes the door for ten minutes. */
export const MISSES: Policy = { name: `${MODULE}.miss`, calls: 20, seconds: 600, blockSeconds: 600 };
/** Orders of one address in a day. */
export const ORDERS: Policy = { name: `${MODULE}.orders`, calls: 200, seconds: 86_400 };
/** Letters to buyers who were registered, by one address. */
export const REGISTRATIONS: Policy = { name: `${MODULE}.registrations`, calls: 10, seconds: 86_400 };
/** Letters about an account to one mailbox. */
export const LETTERS: Policy = { name: `${MODULE}.letters`, calls: 3, seconds: 86_400 };

const POLICIES = {
  active: perMinute('active', 30),
  deactive: perMinute('deactive', 30),
  check: perMinute('check', 60),
  create: perMinute('create', 20),
  poll: perMinute('poll', 600),
  list: perMinute('list', 240),
};
export type PaceName = keyof typeof POLICIES;

/** How often one address may call (spec 9). */
export function createPace(of: ReadonlyMap<Endpoint, PaceName>): Pace {
  const policies = new Map([...of].map(([endpoint, name]) => [endpoint, POLICIES[name]]));
  return {
    ofAddress: async (_ctx, endpoint) => policies.get(endpoint),
    ofCaller: async () => undefined,
  };
}
