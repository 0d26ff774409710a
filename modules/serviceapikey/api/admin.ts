import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Dict, Id, Text, required } from '#core/schema';
import type { ApiKeys } from '../service.ts';
import { ResetInput, whichKey } from './reset.ts';

export const adminApi = (keys: ApiKeys) => ({
  update: adminEndpoint({
    summary: "Replace the configuration of an order's key.",
    permission: 'manage',
    input: Type.Object({
      order_id: required('You must provide the API key order ID in order to update it.', Id),
      config: Type.Optional(Dict({ description: 'Parameters of the key; an empty map changes nothing.' })),
      api_key: Type.Optional(Text({ description: 'Only the present key is accepted; to change it, reset it.' })),
    }),
    output: Done,
    handle: (ctx, { order_id, config, api_key }) => done(keys.configure(ctx, order_id, config, api_key)),
  }),

  reset: adminEndpoint({
    summary: 'Replace the key of an order with a new one.',
    permission: 'manage',
    input: ResetInput,
    output: Done,
    handle: (ctx, input) => done(keys.reset(ctx, whichKey(input))),
  }),
});
