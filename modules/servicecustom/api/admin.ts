import { Type } from '@sinclair/typebox';
import { adminEndpoint, done, Done, type Endpoint } from '#core/endpoint';
import { Anything, Id, required } from '#core/schema';
import type { CustomServices } from '../service.ts';
import { mapOf } from '../schema.ts';

const OrderId = required('Order ID is required', Id);
const CallInput = Type.Object({ order_id: OrderId }, { additionalProperties: true });
const Result = Anything();

export const adminApi = (services: CustomServices) => ({
  update: adminEndpoint({
    summary: 'Replace the configuration of the service of an order; what is no map changes nothing.',
    permission: 'manage',
    input: Type.Object({ order_id: OrderId, config: Type.Optional(Anything()) }),
    output: Done,
    handle: (ctx, { order_id, config }) => done(services.configure(ctx, order_id, mapOf(config))),
  }),
});

/** Any other method is one of the plugin's. */
export const pluginCall = (services: CustomServices, method: string): Endpoint =>
  adminEndpoint({
    summary: "Call a method of the plugin of an order's product.",
    permission: 'manage',
    input: CallInput,
    output: Result,
    handle: (ctx, input) => services.call(ctx, { orderId: input.order_id, method, params: input }),
  });
