import { clientEndpoint, Done, done } from '#core/endpoint';
import type { ApiKeys } from '../service.ts';
import { ResetInput, whichKey } from './reset.ts';

export const clientApi = (keys: ApiKeys) => ({
  reset: clientEndpoint({
    summary: 'Replace the key of an order with a new one.',
    input: ResetInput,
    output: Done,
    handle: (ctx, input) => done(keys.reset(ctx, whichKey(input))),
  }),
});
