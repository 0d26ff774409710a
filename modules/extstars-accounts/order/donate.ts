import { atomic, type Context } from '#core/context';
import { isEmail } from '#core/email';
import type { Limits } from '#core/http/limit';
import type { Money } from '#core/money';
import type { ClientService, NewcomerService } from '#modules/client/contract';
import type { Invoicing } from '#modules/invoice/contract';
import type { App, Apps } from '../app/service.ts';
import { ORDERS } from '../pace.ts';
import type { PayMethod } from '../rules.ts';
import type { Ways } from './payment.ts';
import * as orders from './repository.ts';
import { newToken, orderOf, type Start, type Started } from './start.ts';

export interface NewDonation {
  readonly deviceId: string;
  readonly given: string;
  readonly money: Money;
  readonly method: PayMethod;
  readonly email: string;
  readonly userName: string;
  readonly userLink: string;
}

export type Donate = ReturnType<typeof createDonate>;

interface Needs {
  readonly apps: Apps;
  readonly ways: Ways;
  readonly clients: ClientService & NewcomerService;
  readonly invoices: Invoicing;
  readonly limits: Limits;
  readonly start: Start;
}

/** One line on one invoice, which tells nobody anything before it is paid. */
export function createDonate({ apps, ways, clients, invoices, limits, start }: Needs) {
  /** Undefined when the method is not offered or the gateway does not do it. */
  return async (ctx: Context, app: App, asked: NewDonation): Promise<Started | undefined> => {
    const way = await ways.find(ctx, app, asked.method);
    if (way === undefined) return undefined;
    await limits.consume(ORDERS, ctx.ip ?? '');
    const clientId = (await donorOf(ctx, app, asked.email)) ?? (await apps.houseClient(ctx, app.appId));
    const token = newToken();
    const made = await atomic(ctx, async (tx) => {
      const line = {
        title: `Donation: ${app.name}`,
        price: asked.money,
        type: 'custom',
        task: 'void',
        isTaxed: false,
      };
      const { gatewayId } = way;
      const invoice = await invoices.issue(tx, { clientId, currency: app.currency, lines: [line], gatewayId });
      const id = await orders.insert(
        tx.db,
        {
          ...orderOf(tx, app, asked, way, token),
          kind: 'donation',
          quantity: 1,
          money: invoices.totals(invoice).due,
          deviceId: asked.deviceId,
          userEmail: asked.email,
          userName: asked.userName,
          userLink: asked.userLink,
          clientId,
          invoiceId: invoice.id,
        },
        [],
        tx.now,
      );
      return { id, invoice };
    });
    return start(ctx, app, { ...way, method: asked.method }, made, token);
  };

  /** A donation is booked on the account of its donor where it can be, and tells that person nothing before it is paid. */
  async function donorOf(ctx: Context, app: App, email: string): Promise<number | undefined> {
    const found = isEmail(email) ? await clients.findByEmail(ctx, email) : undefined;
    return found?.status === 'active' && found.currency === app.currency ? found.id : undefined;
  }
}
