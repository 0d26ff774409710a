import { Type } from '@sinclair/typebox';
import { clientEndpoint, done, Done } from '#core/endpoint';
import { Id, required } from '#core/schema';
import type { Licenses } from '../service.ts';

export const clientApi = (licenses: Licenses) => ({
  reset: clientEndpoint({
    summary: 'Let a license be used elsewhere; its key stays.',
    input: Type.Object({ order_id: required('Order ID is required', Id) }),
    output: Done,
    handle: (ctx, { order_id }) => done(licenses.resetOwn(ctx, order_id)),
  }),
});
