import { Type, type Static } from '@sinclair/typebox';
import { adminEndpoint, Done, done, file } from '#core/endpoint';
import { invalidInput } from '#core/error';
import { parseMoney } from '#core/money';
import {
  Anything,
  Dict,
  Flag,
  Id,
  Int,
  List,
  listed,
  Or,
  OrNull,
  PageOf,
  pageRequest,
  required,
  Text,
  Truthy,
} from '#core/schema';
import { invoicesBeingReminded, renewalBeingInvoiced, renewalInvoiced } from '../contract.ts';
import { exportInvoices } from '../export.ts';
import { SummaryInput, toFilter, ListInput } from '../filter.ts';
import type { InvoiceModule } from '../invoice-module.ts';
import { asLine } from '../line/input.ts';
import * as lines from '../line/repository.ts';
import * as invoices from '../repository.ts';
import type { InvoiceChange } from '../repository.ts';
import { FailedLineView, InvoiceSummary, InvoiceView, presentFailed } from '../schema.ts';
import { get } from '../service.ts';
import { atomic } from '#core/context';

const InvoiceId = { id: required('Invoice was not found', Id) };
const OneInvoice = Type.Object(InvoiceId);
const OneLine = Type.Object({ id: required('Invoice item ID was not passed', Id) });
const Many = Type.Object({ ids: required('IDs were not passed', List(Id)) });
const EditedText = Type.Optional(Text());
const Short = Type.Optional(Text({ maxLength: 255 }));

const UpdateInput = Type.Object({
  ...InvoiceId,
  text_1: EditedText,
  text_2: EditedText,
  notes: EditedText,
  seller_company: Short,
  seller_company_vat: Short,
  seller_company_number: Short,
  seller_address: Short,
  seller_phone: Short,
  seller_email: Short,
  buyer_first_name: Short,
  buyer_last_name: Short,
  buyer_company: Short,
  buyer_company_vat: Short,
  buyer_company_number: Short,
  buyer_address: Short,
  buyer_city: Short,
  buyer_state: Short,
  buyer_country: Short,
  buyer_zip: Short,
  buyer_phone: Short,
  buyer_email: Short,
  serie: Type.Optional(Text({ maxLength: 50 })),
  nr: Type.Optional(Text({ maxLength: 191 })),
  status: Type.Optional(Text({ maxLength: 50 })),
  taxrate: Type.Optional(Text({ maxLength: 35 })),
  taxname: Short,
  gateway_id: Type.Optional(OrNull(Id)),
  paid_at: Type.Optional(Text({ maxLength: 64 })),
  due_at: Type.Optional(Text({ maxLength: 64 })),
  created_at: Type.Optional(Text({ maxLength: 64 })),
  approved: Type.Optional(Truthy()),
  new_item: Type.Optional(Dict({ description: 'A line to add; without a title it is ignored.' })),
  items: Type.Optional(Dict({ description: 'Lines to change, by their id.' })),
  approve: Truthy(),
  use_credits: Truthy(),
});

export const adminInvoiceApi = (module: InvoiceModule) => {
  const { editing, views, invoices: lent, renewals, refunds, reminders, tasks, staffEntry } = module;
  return {
    get_list: adminEndpoint({
      summary: 'Invoices, newest first.',
      permission: 'view',
      input: Type.Object({ ...ListInput.properties, ...SummaryInput }),
      output: Type.Union([PageOf(InvoiceView), PageOf(InvoiceSummary)]),
      handle: async (ctx, input) => {
        const page = await module.list(ctx, toFilter(input), pageRequest(input));
        if (input.summary) return listed({ ...page, items: await views.summarize(ctx, page.items) }, (one) => one);
        return listed({ ...page, items: await views.show(ctx, page.items) }, (one) => one);
      },
    }),

    get: adminEndpoint({
      summary: 'One invoice.',
      permission: 'view',
      input: OneInvoice,
      output: InvoiceView,
      handle: async (ctx, { id }) => {
        const [view] = await views.show(ctx, [await get(ctx, id)]);
        if (view === undefined) throw invalidInput('invoice.unknown', 'Invoice was not found');
        return view;
      },
    }),

    prepare: adminEndpoint({
      summary: 'Make an invoice; answers its id.',
      permission: 'manage_invoices',
      input: Type.Object({
        client_id: required('Client ID is missing', Id),
        gateway_id: Type.Optional(Id),
        items: Type.Optional(List(Dict())),
        text_1: EditedText,
        text_2: EditedText,
        approve: Truthy(),
      }),
      output: Type.String(),
      handle: async (ctx, input) => {
        const id = await editing.prepare(ctx, {
          clientId: input.client_id,
          gatewayId: input.gateway_id === 0 ? undefined : input.gateway_id,
          items: (input.items ?? []).map(asLine),
          text1: input.text_1,
          text2: input.text_2,
          approves: input.approve,
        });
        return String(id);
      },
    }),

    update: adminEndpoint({
      summary: 'Change an invoice; totals follow its lines.',
      permission: 'manage_invoices',
      input: UpdateInput,
      output: Done,
      handle: (ctx, input) =>
        done(
          editing.edit(ctx, input.id, {
            plain: plainOf(input),
            gatewayId: input.gateway_id,
            paidAt: input.paid_at,
            dueAt: input.due_at,
            createdAt: input.created_at,
            newItem: input.new_item && asLine(input.new_item),
            items: input.items,
            approves: input.approve,
            usesCredit: input.use_credits,
            sent: { ...input },
          }),
        ),
    }),

    approve: adminEndpoint({
      summary: 'Show an invoice to its client.',
      permission: 'manage_invoices',
      input: Type.Object({ ...InvoiceId, use_credits: Truthy() }),
      output: Done,
      handle: async (ctx, { id, use_credits }) => {
        await lent.approve(ctx, id, { usesCredit: use_credits });
        await tasks.run(ctx, id);
        return true as const;
      },
    }),

    mark_as_paid: adminEndpoint({
      summary: 'Say that an invoice was paid. No balance moves.',
      permission: 'manage_invoices',
      input: Type.Object({
        ...InvoiceId,
        execute: Flag(),
        gateway_id: Type.Optional(Id),
        transactionId: Type.Optional(Text({ maxLength: 255 })),
      }),
      output: Done,
      handle: (ctx, { id, execute, gateway_id, transactionId }) =>
        done(staffEntry.markAsPaid(ctx, id, { gatewayId: gateway_id || undefined, transactionId, runsTasks: execute })),
    }),

    refund: adminEndpoint({
      summary: 'Write a credit note or negative invoice, as the settings say; answers its id.',
      permission: 'manage_invoices',
      input: Type.Object({
        ...InvoiceId,
        note: EditedText,
        amount: Type.Optional(Text({ maxLength: 40, description: 'With tax; absent: all that is left.' })),
        at_gateway: Flag(),
      }),
      output: Or(Type.Integer()),
      handle: async (ctx, { id, note, amount: text, at_gateway }) => {
        const { currency } = await get(ctx, id);
        const amount = text === undefined ? undefined : parseMoney(text, currency);
        if (text !== undefined && amount === undefined)
          throw invalidInput('invoice.refund_amount', 'Refund amount is invalid');
        const refund = at_gateway ? module.refundAtGateway : refunds.refund;
        return (await refund(ctx, id, { note, amount })) ?? null;
      },
    }),

    item_delete: adminEndpoint({
      summary: 'Delete a line of an invoice.',
      permission: 'manage_invoices',
      input: OneLine,
      output: Done,
      handle: (ctx, { id }) => done(editing.removeLine(ctx, id)),
    }),

    get_failed_items: adminEndpoint({
      summary: 'Paid lines whose task failed three times, newest first.',
      permission: 'view',
      input: Type.Object({}),
      output: Type.Array(FailedLineView),
      handle: async (ctx) => (await lines.listFailed(ctx.db)).map(presentFailed),
    }),

    item_requeue: adminEndpoint({
      summary: 'Try the task of a failed line again.',
      permission: 'manage_invoices',
      input: OneLine,
      output: Done,
      handle: (ctx, { id }) => done(editing.requeueLine(ctx, id)),
    }),

    delete: adminEndpoint({
      summary: 'Delete an invoice; its number is not given again.',
      permission: 'manage_invoices',
      input: OneInvoice,
      output: Done,
      handle: (ctx, { id }) => done(atomic(ctx, (tx) => lent.remove(tx, id))),
    }),

    batch_delete: adminEndpoint({
      summary: 'Delete several invoices; stops at the first that is not there.',
      permission: 'manage_invoices',
      input: Many,
      output: Done,
      handle: async (ctx, { ids }) => {
        for (const id of ids) await atomic(ctx, (tx) => lent.remove(tx, id));
        return true as const;
      },
    }),

    renewal_invoice: adminEndpoint({
      summary: 'The open invoice that extends an order, or a new one; answers its id.',
      permission: 'manage_invoices',
      input: Type.Object({ id: required('Order ID was not passed', Id), due_days: Type.Optional(Int()) }),
      output: Type.Union([Type.Integer(), Type.String({ description: 'When it is new.' })]),
      handle: async (ctx, { id, due_days }) => {
        await atomic(ctx, (tx) => tx.ask(renewalBeingInvoiced, { orderId: id }));
        const { invoice, isNew } = await renewals.renew(ctx, id, due_days);
        await atomic(ctx, (tx) => tx.emit(renewalInvoiced, { orderId: id, invoiceId: invoice.id }));
        return isNew ? String(invoice.id) : invoice.id;
      },
    }),

    send_reminder: adminEndpoint({
      summary: 'Remind the client of an invoice; does nothing for one that is paid.',
      permission: 'manage_invoices',
      input: OneInvoice,
      output: Done,
      handle: (ctx, { id }) => done(reminders.remind(ctx, id)),
    }),

    get_statuses: adminEndpoint({
      summary: 'How many invoices are in each status.',
      permission: 'view',
      input: Type.Object({}),
      output: Type.Object({
        total: Type.Integer(),
        paid: Type.Integer(),
        unpaid: Type.Integer(),
        refunded: Type.Integer(),
        canceled: Type.Integer(),
      }),
      handle: async (ctx) => {
        const counts = await invoices.countByStatus(ctx.db);
        const of = (status: string): number => counts.get(status) ?? 0;
        return {
          total: [...counts.values()].reduce((sum, count) => sum + count, 0),
          paid: of('paid'),
          unpaid: of('unpaid'),
          refunded: of('refunded'),
          canceled: of('canceled'),
        };
      },
    }),

    export_csv: adminEndpoint({
      summary: 'All invoices as a CSV file.',
      permission: 'export',
      input: Type.Object({ headers: Type.Optional(List(Anything(), { description: 'Names of columns.' })) }),
      output: Type.String({ description: 'The file.' }),
      handle: (ctx, { headers = [] }) =>
        Promise.resolve(
          file('invoices.csv', 'text/csv; charset=utf-8', exportInvoices(ctx, headers, module.writeTime)),
        ),
    }),

    batch_pay_with_credits: adminEndpoint({
      summary: 'Pay open invoices from balances that suffice.',
      permission: 'manage_invoices',
      input: Type.Object({ client_id: Type.Optional(Id) }),
      output: Done,
      handle: (ctx, { client_id }) => done(module.payAllWithCredit(ctx, client_id || undefined)),
    }),

    pay_with_credits: adminEndpoint({
      summary: 'Pay one invoice from the balance of its client when it suffices; true either way.',
      permission: 'manage_invoices',
      input: OneInvoice,
      output: Done,
      handle: async (ctx, { id }) => {
        if (await lent.payWithCredit(ctx, id)) await tasks.run(ctx, id);
        return true as const;
      },
    }),

    batch_generate: adminEndpoint({
      summary: 'Invoice the renewal of orders that end soon.',
      permission: 'manage_invoices',
      input: Type.Object({}),
      output: Done,
      handle: (ctx) => done(renewals.renewSoonExpiring(ctx)),
    }),

    batch_activate_paid: adminEndpoint({
      summary: 'Do what is left to do for invoices paid ten minutes ago or earlier.',
      permission: 'manage_invoices',
      input: Type.Object({}),
      output: Done,
      handle: (ctx) => done(module.runPaidTasks(ctx)),
    }),

    batch_send_reminders: adminEndpoint({
      summary: 'Remind of what is due soon or overdue.',
      permission: 'manage_invoices',
      input: Type.Object({}),
      output: Done,
      handle: async (ctx) => {
        await atomic(ctx, (tx) => tx.ask(invoicesBeingReminded, {}));
        if (!(await reminders.runDue(ctx, { oncePerDay: true }))) await reminders.sendDue(ctx);
        return true as const;
      },
    }),

    batch_invoke_due_event: adminEndpoint({
      summary: 'The daily look at what is due; false when it ran within a day.',
      permission: 'manage_invoices',
      input: Type.Object({ once_per_day: Truthy(true) }),
      output: Type.Boolean(),
      handle: (ctx, { once_per_day }) => reminders.runDue(ctx, { oncePerDay: once_per_day }),
    }),
  };
};

const SELLER = { company: 'seller_company', vat: 'seller_company_vat', number: 'seller_company_number', address: 'seller_address', phone: 'seller_phone', email: 'seller_email' } as const; // prettier-ignore
const BUYER = { firstName: 'buyer_first_name', lastName: 'buyer_last_name', company: 'buyer_company', vat: 'buyer_company_vat', number: 'buyer_company_number', address: 'buyer_address', city: 'buyer_city', state: 'buyer_state', country: 'buyer_country', zip: 'buyer_zip', phone: 'buyer_phone', email: 'buyer_email' } as const; // prettier-ignore
const PLAIN = { text1: 'text_1', text2: 'text_2', notes: 'notes', serie: 'serie', nr: 'nr', status: 'status', taxRate: 'taxrate', taxName: 'taxname', isApproved: 'approved' } as const; // prettier-ignore

function plainOf(sent: Static<typeof UpdateInput>): InvoiceChange {
  const named = (names: Readonly<Record<string, keyof Static<typeof UpdateInput>>>): Record<string, unknown> =>
    Object.fromEntries(
      Object.entries(names).flatMap(([member, name]) => (sent[name] === undefined ? [] : [[member, sent[name]]])),
    );
  return { ...named(PLAIN), seller: named(SELLER), buyer: named(BUYER) };
}
