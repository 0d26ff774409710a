import type { Endpoint } from '#core/endpoint';
import type { Pace } from '#core/http/dispatch';
import type { ReadRules } from './rules.ts';

/** How often one may call (spec 2.8). */
export const createPace = (
  rules: ReadRules,
  slow: { readonly signIn: readonly Endpoint[]; readonly poll: Endpoint },
): Pace => ({
  async ofAddress(ctx, endpoint) {
    if (endpoint === slow.poll) return (await rules.recent(ctx)).pollCalls;
    return slow.signIn.includes(endpoint) ? (await rules.recent(ctx)).authCalls : undefined;
  },
  ofCaller: async (ctx) => (await rules.recent(ctx)).calls,
});
