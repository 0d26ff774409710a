import type { Config } from '#config/schema';
import { mail, type Letter, type Mail } from '#core/listener';
import type { Context } from '#core/context';
import type { Secrets } from '#core/secret';
import { clientSignedUp, type ClientService } from '#modules/client/contract';
import { orderCheckedOut, orderSuspended, type OrderService } from '#modules/order/contract';
import { staffPasswordReset, staffResetRequested } from './contract.ts';
import * as accounts from './repository.ts';
import { RESET } from './sign-in.ts';

interface Needs {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly clients: ClientService | undefined;
  readonly orders: OrderService | undefined;
}

/** Letters to one member about the own password, and to all about what happens in the shop. */
export function letters({ config, secrets, clients, orders }: Needs): readonly Mail[] {
  const panel = `${config.baseUrl}admin`;

  async function toMember({ db }: Context, id: number, vars: Letter['vars']): Promise<Letter | undefined> {
    const account = await accounts.find(db, id);
    if (account?.status !== 'active') return undefined;
    return { to: account.email, toName: account.name, vars: { ...vars, staff: { name: account.name } } };
  }

  async function toAll({ db }: Context, vars: Letter['vars']): Promise<Letter | undefined> {
    const team = await accounts.listActive(db);
    return team.length === 0 ? undefined : { to: team.map(({ email }) => email).join(', '), isForStaff: true, vars };
  }

  return [
    mail(staffResetRequested, 'mod_staff_password_reset_request', (ctx, { staffId, sealed }) =>
      toMember(ctx, staffId, { panel, hash: secrets.open(RESET, sealed) }),
    ),
    mail(staffPasswordReset, 'mod_staff_password_reset_approve', (ctx, { staffId }) =>
      toMember(ctx, staffId, { panel }),
    ),
    mail(clientSignedUp, 'mod_staff_client_signup', async (ctx, { clientId }) => {
      const client = await clients?.find(ctx, clientId);
      return client && toAll(ctx, { client, panel });
    }),
    mail(orderCheckedOut, 'mod_staff_client_order', async (ctx, { masterId }) => {
      const order = await orders?.find(ctx, masterId);
      const client = order && (await clients?.find(ctx, order.clientId));
      return order && client && toAll(ctx, { order: { id: order.id, title: order.title }, client, panel });
    }),
    mail(orderSuspended, 'mod_staff_order_suspended', async (ctx, { orderId }) => {
      const order = await orders?.find(ctx, orderId);
      const client = order && (await clients?.find(ctx, order.clientId));
      if (order === undefined || client === undefined) return undefined;
      return toAll(ctx, { order: { id: order.id, title: order.title, reason: order.reason }, client, panel });
    }),
  ];
}
