import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { clientEndpoint } from '#core/endpoint';
import { on } from '#core/listener';
import type { Check, Contributions } from '#core/module';
import { money, toNumber } from '#core/money';
import { Id, Text } from '#core/schema';
import { createSandbox } from '#core/template/sandbox';
import type { Toolbox } from '#core/toolbox';
import type { Page } from '#core/web/page';
import type { BalanceService, ClientService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import { findForVisit } from '../access.ts';
import { adminGatewayApi } from '../api/admin-gateway.ts';
import { adminSubscriptionApi } from '../api/admin-subscription.ts';
import { adminTransactionApi, clientTransactionApi } from '../api/admin-transaction.ts';
import { clientPaymentApi, guestPaymentApi } from '../api/guest-payment.ts';
import { invoicePaid, invoiceRemoved, invoiceUpdated, type PaymentService } from '../contract.ts';
import { clientBalanceGateway } from '../gateway/adapters/client-balance.ts';
import { customGateway } from '../gateway/adapters/custom.ts';
import { payPalEmailGateway } from '../gateway/adapters/paypal-email.ts';
import { createInstalledGateways, summaryOf } from '../gateway/service.ts';
import type { InvoiceModule, PaymentParts } from '../invoice-module.ts';
import type { RefundOptions } from '../refund.ts';
import * as invoices from '../repository.ts';
import { serieNrOf } from '../schema.ts';
import { createSubscriptionBook } from '../subscription/book.ts';
import { createSubscriptionService } from '../subscription/service.ts';
import { enterPayment } from '../transaction/enter.ts';
import * as transactions from '../transaction/repository.ts';
import { createTransactions } from '../transaction/service.ts';
import type { PaymentPanel } from '../panel.ts';
import { totalsOf } from '../totals.ts';
import { createBookings } from './booking.ts';
import { createFromBalance } from './from-balance.ts';
import { ipnMount } from './ipn.ts';
import { createPaymentRefunds } from './refunds.ts';
import { createPayments } from './service.ts';

interface Needs {
  readonly clients: ClientService & BalanceService;
  readonly currencies: CurrencyService;
}

/** What the module adds for payments. */
export interface PaymentSide {
  readonly payments: PaymentService;
  readonly guest: NonNullable<NonNullable<Contributions['api']>['guest']>;
  readonly client: NonNullable<NonNullable<Contributions['api']>['client']>;
  readonly admin: NonNullable<NonNullable<Contributions['api']>['admin']>;
  readonly gateways: NonNullable<Contributions['gateways']>;
  readonly mounts: NonNullable<Contributions['mounts']>;
  readonly pages: readonly Page[];
  readonly panel: PaymentPanel;
  readonly listeners: NonNullable<Contributions['listeners']>;
  readonly jobs: NonNullable<Contributions['jobs']>;
  readonly checks: readonly Check[];
}

export const paymentTables = ['pay_gateway', 'transaction', 'subscription', 'payment'];

/**
 * Payments need invoices and invoices need a little of payments. `parts` is that little, made first; `connect` makes the
 * rest once the invoices are there.
 */
export function createPaymentSide(
  { clients, currencies }: Needs,
  { config, gateways: adapters, secrets, limits }: Pick<Toolbox, 'config' | 'gateways' | 'secrets' | 'limits'>,
): { readonly parts: PaymentParts; connect(module: InvoiceModule): PaymentSide } {
  const gateways = createInstalledGateways({ adapters, secrets });
  const subscriptions = createSubscriptionService({ clients, gateways });
  const refunds = createPaymentRefunds({ gateways, baseUrl: config.baseUrl });
  let written: InvoiceModule['refunds'] | undefined;

  /** The same key until the document is written, so that a refund that was cut short pays back once. */
  async function refundAtGateway(ctx: Context, id: number, options: RefundOptions): Promise<number | undefined> {
    const invoice = await invoices.findById(ctx.db, id);
    if (invoice === undefined || written === undefined) return written?.refund(ctx, id, options);
    const left = money(totalsOf(invoice).total.amount - invoice.refund.amount, invoice.currency);
    const amount = options.amount ?? left;
    const key = `invoice-${id}-${invoice.refund.amount}-${amount.amount}`;
    const { transactionId, gatewayId } = await refunds.refund(ctx, {
      invoiceId: id,
      amount,
      key,
      reason: options.note,
    });
    return written.refund(ctx, id, { ...options, amount, payment: { source: 'gateway', gatewayId, transactionId } });
  }

  return {
    parts: {
      find: async (ctx, id) => {
        const stored = await gateways.find(ctx, id);
        return stored && summaryOf(stored);
      },
      enterPayment,
      refundAtGateway,
      subscriptions,
    },

    connect(module) {
      written = module.refunds;
      const { rules, views, tasks } = module;
      const bookings = createBookings({
        clients,
        orders: module.orders,
        gateways,
        subscriptions: createSubscriptionBook(),
        settle: module.invoices.settle,
        prepareRenewal: module.renewals.prepare,
        runTasks: tasks.run,
      });
      const payments = createPayments({
        baseUrl: config.baseUrl,
        gateways,
        bookings,
        refunds,
        findInvoice: (ctx, id) => invoices.findById(ctx.db, id),
        lockInvoice: async (tx, id) => void (await invoices.findForUpdate(tx.db, id)),
        serieNr: async (ctx, invoice) => serieNrOf(invoice, await rules(ctx)),
        show: (ctx, found) => views.show(ctx, found),
      });
      const rows = createTransactions({ gateways, bookings, currencies });
      const fromBalance = createFromBalance({
        clients,
        gateways,
        payWithCredit: module.invoices.payWithCredit,
        approve: module.invoices.approve,
        runTasks: tasks.run,
      });
      const templates = createSandbox({
        baseUrl: config.baseUrl.replace(/\/$/, ''),
        timeZone: config.timeZone,
        subject: 'Payment instructions',
        code: 'payment.instructions',
      });
      const shared = { gateways, currencies, baseUrl: config.baseUrl };
      const client = clientPaymentApi(fromBalance);
      const gatewayApi = adminGatewayApi(shared);
      const transactionApi = adminTransactionApi({ transactions: rows, gateways });
      const subscriptionApi = adminSubscriptionApi({ ...shared, subscriptions, clients });
      const closeUnlessUnpaid = async (ctx: Context, invoiceId: number): Promise<void> => {
        if ((await invoices.findById(ctx.db, invoiceId))?.status !== 'unpaid') await payments.closeOpen(ctx, invoiceId);
      };
      return {
        payments,
        guest: guestPaymentApi({
          ...shared,
          payments,
          limits,
          findForVisit: async (ctx, hash, visit, unknown) =>
            findForVisit(ctx, { hash, visit, unknown, rules: await rules(ctx) }),
        }),
        client: { ...clientTransactionApi({ transactions: rows, gateways }), ...client },
        admin: { ...gatewayApi, ...transactionApi, ...subscriptionApi },
        panel: { gateways, transactions: rows, subscriptions, gatewayApi, transactionApi, subscriptionApi },
        gateways: [customGateway(templates), payPalEmailGateway(), clientBalanceGateway(clients)],
        mounts: [ipnMount({ gateways, bookings, baseUrl: config.baseUrl })],
        pages: [
          {
            role: 'client',
            route: 'GET /invoice/:hash/balance',
            endpoint: balancePage(fromBalance, clients),
            view: 'client/pay-from-balance',
          },
          {
            role: 'client',
            route: 'POST /invoice/:hash/balance',
            endpoint: client.pay_from_balance,
            then: '/invoice/:hash',
          },
        ],
        listeners: [
          on(invoicePaid, 'close_payments', (ctx, { invoiceId }) => payments.closeOpen(ctx, invoiceId)),
          on(invoiceRemoved, 'close_payments_of_removed', (ctx, { invoiceId }) => payments.closeOpen(ctx, invoiceId)),
          on(invoiceUpdated, 'close_payments_of_updated', (ctx, { invoiceId }) => closeUnlessUnpaid(ctx, invoiceId)),
        ],
        jobs: [
          {
            name: 'ask_about_payments',
            schedule: '*/2 * * * *',
            cron: { order: 8 },
            run: (ctx) => payments.askAboutOpen(ctx),
          },
          { name: 'book_kept_payments', schedule: '* * * * *', cron: { order: 9 }, run: (ctx) => rows.finishKept(ctx) },
        ],
        checks: paymentChecks(clients),
      };
    },
  };
}

/** An own invoice and what is on the balance, before it is paid from there. */
const balancePage = (fromBalance: ReturnType<typeof createFromBalance>, clients: BalanceService) =>
  clientEndpoint({
    summary: 'An own invoice, to be paid from the balance.',
    input: Type.Object({ hash: Text({ maxLength: 191 }), gateway_id: Id }),
    output: Type.Object({
      hash: Type.String(),
      gateway_id: Type.Integer(),
      nr: Type.String(),
      due: Type.Number(),
      balance: Type.Number(),
      currency: Type.String(),
    }),
    handle: async (ctx, { hash, gateway_id }) => {
      const invoice = await fromBalance.payable(ctx, hash, gateway_id);
      const balance = await clients.balanceOf(ctx, ctx.actor.id);
      return {
        hash,
        gateway_id,
        nr: invoice.nr ?? String(invoice.id),
        due: toNumber(totalsOf(invoice).due),
        balance: balance === undefined ? 0 : toNumber(balance),
        currency: invoice.currency,
      };
    },
  });

const CHUNK = 400;
const MOST_FINDINGS = 100;

/** What must hold of the money that came in. */
const paymentChecks = (clients: BalanceService): readonly Check[] => [
  {
    name: 'payments are on the balance',
    async run(ctx) {
      const findings = (await transactions.listUnbooked(ctx.db, MOST_FINDINGS)).map(
        (id) => `Transaction #${id} is booked, but names no line of a balance.`,
      );
      for (let afterId = 0; findings.length < MOST_FINDINGS;) {
        const found = await transactions.listLines(ctx.db, afterId, CHUNK);
        const there = await clients.existingLines(
          ctx,
          found.map(({ lineId }) => lineId),
        );
        for (const { id, lineId } of found)
          if (!there.has(lineId))
            findings.push(`Transaction #${id} is booked as balance line #${lineId}, which is not there.`);
        if (found.length < CHUNK) break;
        afterId = found.at(-1)?.id ?? afterId;
      }
      return findings;
    },
  },
  {
    name: 'payments are booked',
    run: async (ctx) =>
      (await transactions.listLost(ctx.db, MOST_FINDINGS)).map(
        (id) => `Transaction #${id} is processed, but its money is nowhere in the books.`,
      ),
  },
  {
    name: 'payments are booked once',
    run: async (ctx) =>
      (await transactions.listDoubles(ctx.db, MOST_FINDINGS)).map(
        ({ gatewayId, txnId }) => `Payment ${txnId} of gateway #${gatewayId} is booked more than once.`,
      ),
  },
];
