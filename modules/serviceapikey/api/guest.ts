import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { KeyInfo, KeyInput } from '../schema.ts';
import type { ApiKeys } from '../service.ts';

export const guestApi = (keys: ApiKeys) => ({
  check: guestEndpoint({
    summary: 'Whether a key may be used now.',
    input: KeyInput,
    output: Type.Boolean(),
    isHot: true,
    handle: (ctx, { key }) => keys.isValid(ctx, key),
  }),

  get_info: guestEndpoint({
    summary: 'Whether a key may be used now, and its custom parameters.',
    input: KeyInput,
    output: KeyInfo,
    isHot: true,
    handle: (ctx, { key }) => keys.info(ctx, key),
  }),
});
