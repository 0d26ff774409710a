import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { Anything } from '#core/schema';
import { CheckoutView, presentCheckout } from '../schema.ts';
import type { Carts } from '../service.ts';
import { forVisitor } from './visitor.ts';

export const clientApi = (carts: Carts) => ({
  checkout: clientEndpoint({
    summary: 'Order what is in the cart. The hash is that of the invoice, when one is left to be paid.',
    input: Type.Object({
      gateway_id: Type.Optional(Anything({ description: 'The gateway to pay with; it is given back as it was sent.' })),
    }),
    output: CheckoutView,
    limit: 'order_generation_ip',
    handle: (ctx, { gateway_id }) =>
      forVisitor(async (visitor) => {
        const bought = await carts.checkout(ctx, visitor, gatewayIn(gateway_id));
        return presentCheckout(bought, bought.invoiceHash, gateway_id);
      }),
  }),
});

/** Any number is taken at the level of release 0.8.5: whether it can be paid with shows when it is paid. */
function gatewayIn(sent: unknown): number | undefined {
  const id = typeof sent === 'string' && sent.trim() !== '' ? Number(sent) : sent;
  return typeof id === 'number' && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
