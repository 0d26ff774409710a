import { later, MINUTE } from '#core/clock';
import type { Context } from '#core/context';
import type { Page } from '#core/db/paginate';
import type { ListRequest } from '#core/listing';
import type { Toolbox } from '#core/toolbox';
import type { BalanceService, ClientService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import type { OrderBilling, OrderService } from '#modules/order/contract';
import type { ProductService } from '#modules/product/contract';
import type { InstalledGateway, Invoice, InvoiceFilter, InvoiceKind, InvoiceService } from './contract.ts';
import { payAllWithCredit } from './credits.ts';
import { createDeposits } from './deposit.ts';
import { createStaffEntry } from './mark-as-paid.ts';
import { createNumbering } from './number.ts';
import { createRefunds, type RefundOptions } from './refund.ts';
import { createReminders } from './reminders.ts';
import { createRenewals } from './renewal.ts';
import { listPage } from './repository-list.ts';
import * as ledger from './ledger/repository.ts';
import * as lines from './line/repository.ts';
import * as invoices from './repository.ts';
import { readRules } from './rules.ts';
import { serieNrOf } from './schema.ts';
import { createInvoices, get, getForUpdate } from './service.ts';
import { createEditing } from './staff-service.ts';
import { createTasks } from './tasks.ts';
import { createTaxes } from './tax/service.ts';
import { totalsOf } from './totals.ts';
import { createInvoiceViews } from './views.ts';

export interface InvoiceNeeds {
  readonly clients: ClientService & BalanceService;
  readonly orders: OrderService;
  readonly products: ProductService;
  readonly currencies: CurrencyService;
}

/** What invoices need of payments. Payments need invoices more: they are made after them and lent back here. */
export interface PaymentParts {
  find(ctx: Context, gatewayId: number): Promise<InstalledGateway | undefined>;
  enterPayment: Parameters<typeof createStaffEntry>[0]['payments']['enterPayment'];
  /** Pays back at the gateway the money came through, then writes the document. */
  refundAtGateway(ctx: Context, invoiceId: number, options: RefundOptions): Promise<number | undefined>;
  readonly subscriptions: Pick<OrderBilling, 'canEndWithPeriod' | 'endWithPeriod' | 'endSubscriptions'>;
}

export type InvoiceModule = ReturnType<typeof createInvoiceModule>;

/** A task is left to the job until then, so that the request that was paid does it first. */
const GRACE_MS = 10 * MINUTE;
const MOST_CLIENTS_SEARCHED = 1000;

/** The services of invoices, put together. */
export function createInvoiceModule(
  { clients, orders, products, currencies }: InvoiceNeeds,
  { settings, limits }: Pick<Toolbox, 'settings' | 'limits'>,
  payments: PaymentParts,
  writeTime: (time: Date) => string,
) {
  const rules = readRules(settings);
  const numbering = createNumbering(settings);
  const taxes = createTaxes();
  const { promos } = products;
  const lent = createInvoices({ clients, orders, promos, currencies, taxes, numbering, rules });
  const tasks = createTasks({ orders, products });
  const renewals = createRenewals({ invoices: lent, tasks, orders, clients, promos, currencies, rules });
  const refunds = createRefunds({ currencies, numbering, rules });
  const deposits = createDeposits({ invoices: lent, clients, rules });
  const reminders = createReminders({ invoices: lent, settings, rules });
  const editing = createEditing({ invoices: lent, clients, currencies, payments, tasks });
  const staffEntry = createStaffEntry({ invoices: lent, tasks, payments });
  const views = createInvoiceViews({ clients, orders, products, rules });

  return {
    clients,
    orders,
    rules,
    limits,
    taxes,
    invoices: lent,
    tasks,
    renewals,
    refunds,
    refundAtGateway: payments.refundAtGateway,
    deposits,
    reminders,
    editing,
    staffEntry,
    views,
    writeTime,

    async list(ctx: Context, filter: InvoiceFilter, request: ListRequest): Promise<Page<Invoice>> {
      const { client } = filter;
      const ids = client === undefined ? undefined : await clients.findIds(ctx, client, MOST_CLIENTS_SEARCHED);
      return listPage(ctx.db, filter, ids, request);
    },

    payAllWithCredit: (ctx: Context, clientId?: number) =>
      payAllWithCredit(ctx, { invoices: lent, balances: clients, tasks }, clientId),

    runPaidTasks: (ctx: Context) => tasks.runAll(ctx, later(ctx.now, -GRACE_MS)),
  };
}

function kindOf({ lines: [first] }: Pick<Invoice, 'lines'>): InvoiceKind {
  if (first?.type === 'deposit') return 'deposit';
  if (first?.type !== 'order') return 'custom';
  return first.task === 'renew' ? 'renewal' : 'order';
}

/** What other modules see of it. */
export const lendInvoices = (module: InvoiceModule): InvoiceService => ({
  find: (ctx, id) => invoices.findById(ctx.db, id),
  get,
  getForUpdate,
  findByHash: (ctx, hash) => invoices.findByHash(ctx.db, hash),
  list: module.list,
  listPayments: (ctx, ids) => ledger.listOf(ctx.db, ids),
  kindOf,
  totals: totalsOf,
  serieNr: async (ctx, invoice) => serieNrOf(invoice, await module.rules(ctx)),
  show: (ctx, found) => module.views.show(ctx, found),
  isTaxable: module.renewals.isTaxable,
  async taxRateOf(ctx, clientId) {
    if (!(await module.renewals.isTaxable(ctx, clientId))) return '0';
    return (await module.taxes.ruleFor(ctx, await module.clients.get(ctx, clientId)))?.rate ?? '0';
  },
  async listFirstOf(ctx, orderIds) {
    const firsts = await lines.listFirstInvoices(ctx.db, orderIds);
    const found = new Map(
      (await invoices.listByIds(ctx.db, [...new Set(firsts.values())])).map((one) => [one.id, one]),
    );
    return new Map(
      [...firsts].flatMap(([orderId, id]) => {
        const invoice = found.get(id);
        return invoice === undefined ? [] : [[orderId, invoice] as const];
      }),
    );
  },
  reminderDays: async (ctx) => {
    const { remindsBeforeDays: before, remindsAfterDays: after } = await module.rules(ctx);
    return { before, after };
  },
  issue: module.invoices.issue,
  approve: module.invoices.approve,
  settle: module.invoices.settle,
  payWithCredit: module.invoices.payWithCredit,
  applyCredit: module.invoices.applyCredit,
  runTasks: module.tasks.run,
  renew: async (ctx, orderId, { dueDays } = {}) => (await module.renewals.renew(ctx, orderId, dueDays)).invoice,
  issueDeposit: module.deposits.issueDeposit,
  remove: module.invoices.remove,
});
