import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { Anything, Id, Text, required } from '#core/schema';
import type { CustomServices } from '../service.ts';

export const clientApi = (services: CustomServices) => ({
  call: clientEndpoint({
    summary: "Call a method of the plugin of an own order's product; all that is sent is handed to it.",
    input: Type.Object(
      { order_id: required('Order ID is required', Id), method: required('Method is required', Text()) },
      { additionalProperties: true },
    ),
    output: Anything(),
    handle: (ctx, input) => services.callOwn(ctx, { orderId: input.order_id, method: input.method, params: input }),
  }),
});
