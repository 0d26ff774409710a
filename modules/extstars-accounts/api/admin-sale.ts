import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Flag, Id, Int, listed, OneOf, Or, PageOf, pageRequest, Paging, required } from '#core/schema';
import type { Callbacks } from '../callback/service.ts';
import type { Donations } from '../donation/service.ts';
import type { Orders } from '../order/service.ts';
import type { PayInSandbox } from '../sandbox.ts';
import { One } from './input.ts';
import * as views from './views.ts';

interface Needs {
  readonly donations: Donations;
  readonly orders: Orders;
  readonly callbacks: Callbacks;
  readonly payInSandbox: PayInSandbox;
}

export const saleApi = ({ donations, orders, callbacks, payInSandbox }: Needs) => ({
  donation_get_list: adminEndpoint({
    summary: 'Donations, newest first, hidden ones too.',
    permission: 'view_donations',
    input: Type.Object({ ...Paging, app_id: Type.Optional(Id) }),
    output: PageOf(views.DonationView),
    handle: async (ctx, input) =>
      listed(await donations.list(ctx, input.app_id, pageRequest(input)), views.presentDonation),
  }),
  donation_hide: adminEndpoint({
    summary: 'Take a donation off the public list, or put it back with `hidden` 0.',
    permission: 'view_donations',
    input: Type.Object({ ...One.properties, hidden: Flag(true) }),
    output: Done,
    handle: (ctx, { id, hidden }) => done(donations.hide(ctx, id, hidden)),
  }),
  order_get_list: adminEndpoint({
    summary: 'Donations and purchases, paid or not, newest first.',
    permission: 'view_donations',
    input: Type.Object({
      ...Paging,
      app_id: Type.Optional(Id),
      status: Type.Optional(OneOf('unpaid', 'paid', 'closed')),
      kind: Type.Optional(OneOf('donation', 'codes')),
    }),
    output: PageOf(views.OrderView),
    handle: async (ctx, input) => {
      const filter = { appId: input.app_id, status: input.status, kind: input.kind };
      const page = await orders.list(ctx, filter, pageRequest(input));
      const states = await callbacks.statesOf(
        ctx,
        page.items.map(({ id }) => id),
      );
      return listed(page, (order) => views.presentOrder(order, states.get(order.id)));
    },
  }),
  callback_resend: adminEndpoint({
    summary: 'Tell an app of a paid order again.',
    permission: 'manage_apps',
    input: Type.Object({ order_id: required('order_id is missing', Id) }),
    output: Done,
    handle: (ctx, { order_id }) => done(callbacks.resend(ctx, order_id)),
  }),
  sandbox_pay: adminEndpoint({
    summary: 'Have the sandbox gateway say what becomes of an order, rightly or wrongly.',
    permission: 'manage_sandbox',
    input: Type.Object({
      order_id: required('order_id is missing', Id),
      outcome: OneOf('paid', 'closed'),
      delay: Type.Optional(Int({ minimum: 0, maximum: 86_400 })),
      repeat: Type.Optional(Int({ minimum: 1, maximum: 50 })),
      tamper: Type.Optional(OneOf('sum', 'currency', 'signature')),
    }),
    output: Type.Object({ reference: Or(Type.String()) }),
    handle: async (ctx, { order_id, outcome, ...script }) => ({
      reference: await payInSandbox(ctx, order_id, outcome, script),
    }),
  }),
});
