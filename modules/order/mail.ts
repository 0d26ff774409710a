import { mail, type Mail } from '#core/listener';
import type { ClientService } from '#modules/client/contract';
import { orderSuspensionNear } from './contract.ts';
import * as orders from './repository.ts';

/** The other letters about orders are of the module that delivers, and of staff. */
export const letters = (clients: ClientService): readonly Mail[] => [
  mail(orderSuspensionNear, 'mod_order_suspension_warning', async (ctx, { orderId, suspendsAt }) => {
    const order = await orders.findById(ctx.db, orderId);
    if (order?.status !== 'active') return undefined;
    const client = await clients.find(ctx, order.clientId);
    if (client === undefined) return undefined;
    const vars = { order: { ...order, suspensionAt: new Date(suspendsAt) }, client };
    return { to: client.email, clientId: client.id, lang: client.lang, vars };
  }),
];
