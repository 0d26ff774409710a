import type { Mail } from '#core/listener';
import type { ClientService } from '#modules/client/contract';
import { orderLetters, type OrderService } from '#modules/order/contract';
import type { CustomServices } from './service.ts';

interface Needs {
  readonly services: CustomServices;
  readonly clients: ClientService;
  readonly orders: OrderService;
}

/** Letters about orders of this type (commerce spec 11). */
export const letters = ({ services, clients, orders }: Needs): readonly Mail[] =>
  orderLetters({
    type: 'custom',
    templates: {
      activated: 'mod_servicecustom_activated',
      renewed: 'mod_servicecustom_renewed',
      suspended: 'mod_servicecustom_suspended',
      unsuspended: 'mod_servicecustom_unsuspended',
      canceled: 'mod_servicecustom_canceled',
    },
    orders,
    clients,
    show: (ctx, order) => services.show(ctx, order),
  });
