import type { Mail } from '#core/listener';
import type { ClientService } from '#modules/client/contract';
import { orderLetters, type OrderService } from '#modules/order/contract';
import type { Licenses } from './service.ts';

interface Needs {
  readonly licenses: Licenses;
  readonly clients: ClientService;
  readonly orders: OrderService;
}

/** Letters about orders of licences (commerce spec 11). */
export const letters = ({ licenses, clients, orders }: Needs): readonly Mail[] =>
  orderLetters({
    type: 'license',
    templates: {
      activated: 'mod_servicelicense_activated',
      renewed: 'mod_servicelicense_renewed',
      suspended: 'mod_servicelicense_suspended',
      unsuspended: 'mod_servicelicense_unsuspended',
      canceled: 'mod_servicelicense_canceled',
    },
    orders,
    clients,
    show: (ctx, order) => licenses.show(ctx, order),
  });
