import type { Mail } from '#core/listener';
import type { ClientService } from '#modules/client/contract';
import { orderLetters, type OrderService } from '#modules/order/contract';
import type { Downloads } from './service.ts';

interface Needs {
  readonly downloads: Downloads;
  readonly clients: ClientService;
  readonly orders: OrderService;
}

/** One letter only: there is nothing to tell of a download but that it is there (commerce spec 11). */
export const letters = ({ downloads, clients, orders }: Needs): readonly Mail[] =>
  orderLetters({
    type: 'downloadable',
    templates: { activated: 'mod_servicedownloadable_activated' },
    orders,
    clients,
    show: (ctx, order) => downloads.show(ctx, order),
  });
