import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { invalidInput, notFound } from '#core/error';
import { parseMoney } from '#core/money';
import { Anything, Id, listed, PageOf, pageRequest, required, Text } from '#core/schema';
import { ListInput, toFilter } from '../filter.ts';
import type { InvoiceModule } from '../invoice-module.ts';
import * as invoices from '../repository.ts';
import { InvoiceView } from '../schema.ts';
import { unknownInvoice } from '../service.ts';

const { client_id: _, approved: __, ...OwnFilters } = ListInput.properties;

export const clientApi = (module: InvoiceModule) => ({
  get_list: clientEndpoint({
    summary: 'Own approved invoices, newest first.',
    input: Type.Object(OwnFilters),
    output: PageOf(InvoiceView),
    handle: async (ctx, input) => {
      const filter = { ...toFilter(input), clientId: ctx.actor.id, isApproved: true };
      const page = await module.list(ctx, filter, pageRequest(input));
      return listed({ ...page, items: await module.views.show(ctx, page.items) }, (one) => one);
    },
  }),

  get: clientEndpoint({
    summary: 'One own invoice.',
    input: Type.Object({ hash: required('Invoice hash was not passed', Text({ maxLength: 191 })) }),
    output: InvoiceView,
    handle: async (ctx, { hash }) => {
      const invoice = await invoices.findByHash(ctx.db, hash);
      const [view] = invoice?.clientId === ctx.actor.id ? await module.views.show(ctx, [invoice]) : [];
      if (view === undefined) throw unknownInvoice();
      return view;
    },
  }),

  renewal_invoice: clientEndpoint({
    summary: 'The open invoice that extends an own order, or a new one; answers its hash.',
    input: Type.Object({ order_id: required('Order ID (order_id) was not passed', Id) }),
    output: Type.String(),
    handle: async (ctx, { order_id }) => {
      if ((await module.orders.findOwn(ctx, order_id, ctx.actor.id)) === undefined)
        throw notFound('order.unknown', 'Order not found');
      return (await module.renewals.renew(ctx, order_id)).invoice.hash;
    },
  }),

  funds_invoice: clientEndpoint({
    summary: 'An invoice over funds for the own balance; answers its hash.',
    input: Type.Object({ amount: required('Amount is required', Anything()) }),
    output: Type.String(),
    handle: async (ctx, { amount: sent }) => {
      const isNumber = typeof sent === 'number' || (typeof sent === 'string' && sent.length <= 40);
      if (!isNumber || parseMoney(sent, 'USD') === undefined) throw notNumeric();
      const amount = parseMoney(sent, await module.deposits.currencyOf(ctx, ctx.actor.id));
      if (amount === undefined) throw notNumeric();
      return (await module.deposits.issueDeposit(ctx, ctx.actor.id, amount)).hash;
    },
  }),

  get_tax_rate: clientEndpoint({
    summary: 'What the own purchases are taxed with, in per cent; 0 when they are not.',
    input: Type.Object({}),
    output: Type.Union([Type.String(), Type.Literal(0)]),
    handle: async (ctx) => {
      if (!(await module.renewals.isTaxable(ctx, ctx.actor.id))) return 0 as const;
      const rule = await module.taxes.ruleFor(ctx, await module.clients.get(ctx, ctx.actor.id));
      return rule?.rate ?? (0 as const);
    },
  }),
});

const notNumeric = () => invalidInput('invoice.funds_amount', 'You need to enter numeric value');
