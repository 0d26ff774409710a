import type { Context } from '#core/context';
import { mail, type Letter, type Mail } from '#core/listener';
import type { ClientService } from '#modules/client/contract';
import {
  orderActivated,
  orderCanceled,
  orderRenewed,
  orderSuspended,
  orderUncanceled,
  orderUnsuspended,
  type OrderService,
} from '#modules/order/contract';
import { apiKeyReset } from './contract.ts';
import type { ApiKeys } from './service.ts';

interface Needs {
  readonly keys: ApiKeys;
  readonly clients: ClientService;
  readonly orders: OrderService;
}

/** Letters about orders of keys (commerce spec 11), and one when a key was replaced. */
export function letters({ keys, clients, orders }: Needs): readonly Mail[] {
  async function write(ctx: Context, orderId: number): Promise<Letter | undefined> {
    const order = await orders.find(ctx, orderId);
    const client = order && (await clients.find(ctx, order.clientId));
    if (order === undefined || client === undefined) return undefined; // gone meanwhile
    const service = await keys.show(ctx, order);
    return { to: client.email, clientId: client.id, lang: client.lang, vars: { order, service, client } };
  }
  const about = (event: typeof orderActivated, template: string): Mail =>
    mail(event, template, async (ctx, { orderId, serviceType }) =>
      serviceType === 'apikey' ? write(ctx, orderId) : undefined,
    );

  return [
    about(orderActivated, 'mod_serviceapikey_activated'),
    about(orderRenewed, 'mod_serviceapikey_renewed'),
    about(orderUncanceled, 'mod_serviceapikey_renewed'),
    about(orderSuspended, 'mod_serviceapikey_suspended'),
    about(orderUnsuspended, 'mod_serviceapikey_unsuspended'),
    about(orderCanceled, 'mod_serviceapikey_canceled'),
    mail(apiKeyReset, 'mod_serviceapikey_reset', (ctx, { orderId }) => write(ctx, orderId)),
  ];
}
