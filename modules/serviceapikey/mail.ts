import { mail, type Mail } from '#core/listener';
import type { ClientService } from '#modules/client/contract';
import { letterAbout, orderLetters, type OrderService } from '#modules/order/contract';
import { apiKeyReset } from './contract.ts';
import type { ApiKeys } from './service.ts';

interface Needs {
  readonly keys: ApiKeys;
  readonly clients: ClientService;
  readonly orders: OrderService;
}

/** Letters about orders of keys (commerce spec 11), and one when a key was replaced. */
export function letters({ keys, clients, orders }: Needs): readonly Mail[] {
  const parts = { orders, clients, show: keys.show };
  const write = letterAbout(parts);
  return [
    ...orderLetters({
      type: 'apikey',
      templates: {
        activated: 'mod_serviceapikey_activated',
        renewed: 'mod_serviceapikey_renewed',
        suspended: 'mod_serviceapikey_suspended',
        unsuspended: 'mod_serviceapikey_unsuspended',
        canceled: 'mod_serviceapikey_canceled',
      },
      ...parts,
    }),
    mail(apiKeyReset, 'mod_serviceapikey_reset', (ctx, { orderId }) => write(ctx, orderId)),
  ];
}
