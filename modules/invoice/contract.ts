import { Type } from '@sinclair/typebox';
import type { Context, Tx } from '#core/context';
import { defineEvent, defineHook } from '#core/event';
import type { Page, PageRequest } from '#core/db/paginate';
import type { PaymentNotice, PaymentPage } from '#core/gateway';
import type { Money } from '#core/money';
import type { SalesReport, Tally } from '#core/report';
import { Id, MapOf } from '#core/schema';
import { defineService } from '#core/service';

/** All that other modules may see of invoices and payments. */

/** `unpaid`, `paid`, `refunded` or `canceled`; staff and imports may have written others. */
export type InvoiceStatus = string;

/** What a line stands for: an order to set up or extend, funds, an event to raise, or nothing the engine knows. */
export type LineType = 'order' | 'deposit' | 'custom' | 'hook_call';
/** What is done once the invoice is paid; the name of an event for `hook_call`. */
export type LineTask = string;
export type LineStatus = 'pending_payment' | 'pending_setup' | 'executed' | 'failed';

export interface InvoiceLine {
  readonly id: number;
  readonly invoiceId: number;
  readonly type: string;
  /** The order of an `order` line, as text. */
  readonly relId: string | undefined;
  readonly task: LineTask;
  readonly status: string;
  readonly title: string;
  readonly period: string | undefined;
  readonly quantity: number;
  /** `discount` marks what a promo takes off, `service` a set-up fee. */
  readonly unit: string | undefined;
  /** Per unit, before tax; may be negative. */
  readonly price: Money;
  readonly isTaxed: boolean;
  /** Taken from the client's balance already. */
  readonly isCharged: boolean;
  readonly attempts: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Seller {
  readonly company: string | undefined;
  readonly vat: string | undefined;
  readonly number: string | undefined;
  readonly address: string | undefined;
  readonly phone: string | undefined;
  readonly email: string | undefined;
}

export interface Buyer {
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly company: string | undefined;
  readonly vat: string | undefined;
  readonly number: string | undefined;
  readonly address: string | undefined;
  readonly city: string | undefined;
  readonly state: string | undefined;
  readonly country: string | undefined;
  readonly zip: string | undefined;
  readonly phone: string | undefined;
  readonly phoneCc: string | undefined;
  readonly email: string | undefined;
}

export interface Invoice {
  readonly id: number;
  readonly clientId: number | undefined;
  readonly serie: string | undefined;
  readonly nr: string | undefined;
  /** Hexadecimal, 30 to 60 characters: who has it may see the invoice where the settings allow it. */
  readonly hash: string;
  readonly hashExpiresAt: Date | undefined;
  readonly currency: string;
  /** At the payment: units of `currency` for one of the default currency, six decimals. */
  readonly currencyRate: string | undefined;
  readonly status: InvoiceStatus;
  readonly isApproved: boolean;
  /** Of a credit note: the number, as printed, of the invoice it is for. */
  readonly refundOf: string | undefined;
  readonly gatewayId: number | undefined;
  readonly taxName: string | undefined;
  /** Per cent, as text: `7.5`. */
  readonly taxRate: string | undefined;
  readonly notes: string | undefined;
  readonly text1: string | undefined;
  readonly text2: string | undefined;
  readonly seller: Seller;
  readonly buyer: Buyer;
  /** Part of the total that was paid from the balance before the rest. */
  readonly credit: Money;
  /** What was paid back, over all refunds. */
  readonly refund: Money;
  /** Without tax, in the default currency at the rate of the payment. */
  readonly baseIncome: Money | undefined;
  readonly baseRefund: Money | undefined;
  readonly dueAt: Date | undefined;
  readonly remindedAt: Date | undefined;
  readonly paidAt: Date | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  /** By id. */
  readonly lines: readonly InvoiceLine[];
}

export interface Totals {
  readonly subtotal: Money;
  /** Rounded once, over all taxed lines. */
  readonly tax: Money;
  readonly total: Money;
  /** What is left to pay. */
  readonly due: Money;
}

export interface NewLine {
  readonly title: string;
  /** Per unit, before tax. */
  readonly price: Money;
  readonly quantity?: number | undefined;
  readonly period?: string | undefined;
  readonly unit?: string | undefined;
  readonly isTaxed?: boolean;
  readonly type?: string | undefined;
  readonly task?: LineTask | undefined;
  readonly relId?: string | undefined;
  readonly status?: string | undefined;
  readonly isCharged?: boolean;
}

export interface NewInvoice {
  readonly clientId: number;
  readonly currency: string;
  readonly lines: readonly NewLine[];
  readonly gatewayId?: number | undefined;
  /** Absent: as many days from now as the settings say. */
  readonly dueAt?: Date | undefined;
  readonly text1?: string | undefined;
  readonly text2?: string | undefined;
}

/** Which invoices a list shows; what is undefined does not narrow it. */
export interface InvoiceFilter {
  readonly id?: number | undefined;
  readonly clientId?: number | undefined;
  readonly status?: string | undefined;
  readonly isApproved?: boolean | undefined;
  readonly currency?: string | undefined;
  readonly orderId?: number | undefined;
  /** Equals the id or the number. */
  readonly nr?: string | undefined;
  /** Beginning of a first or last name, or exactly an id or an e-mail address. */
  readonly client?: string | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
  readonly paidFrom?: Date | undefined;
  readonly paidTo?: Date | undefined;
  readonly search?: string | undefined;
  /** Any of these; `isPartlyPaid` asks for those of which a part was paid, or for the others. */
  readonly states?: readonly { readonly status: InvoiceStatus; readonly isPartlyPaid?: boolean }[] | undefined;
  /** What the first line stands for. */
  readonly kind?: InvoiceKind | undefined;
}

export type InvoiceKind = 'order' | 'renewal' | 'deposit' | 'custom';

/** Where the money of a payment came from. */
export interface Payment {
  /** `staff`: somebody said it was paid. `status`: staff wrote the status by hand. */
  readonly source: 'credit' | 'gateway' | 'staff' | 'status';
  readonly gatewayId?: number | undefined;
  /** Row of `transaction`. */
  readonly transactionId?: number | undefined;
}

/** What was paid for an invoice; below zero what went back. */
export interface PaidPart extends Payment {
  readonly id: number;
  readonly invoiceId: number;
  readonly amount: Money;
  readonly createdAt: Date;
}

export interface InvoiceService {
  find(ctx: Context, id: number): Promise<Invoice | undefined>;
  /** Throws "Invoice was not found". */
  get(ctx: Context, id: number): Promise<Invoice>;
  /** Keeps others from changing it until the transaction ends. Throws "Invoice was not found". */
  getForUpdate(tx: Tx, id: number): Promise<Invoice>;
  findByHash(ctx: Context, hash: string): Promise<Invoice | undefined>;
  list(ctx: Context, filter: InvoiceFilter, request: PageRequest): Promise<Page<Invoice>>;
  /** What was paid for several invoices, in one query, oldest first. */
  listPayments(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, readonly PaidPart[]>>;
  /** What the first line stands for. */
  kindOf(invoice: Pick<Invoice, 'lines'>): InvoiceKind;
  totals(invoice: Pick<Invoice, 'lines' | 'currency' | 'taxRate' | 'credit'>): Totals;
  /** Series and padded number as printed: `FOSS00007`. */
  serieNr(ctx: Context, invoice: Invoice): Promise<string>;
  /** The wire form (invoicing spec 4.1), also for letters and templates. */
  show(ctx: Context, invoices: readonly Invoice[]): Promise<Record<string, unknown>[]>;
  isTaxable(ctx: Context, clientId: number): Promise<boolean>;
  /** Per cent, as an invoice made now would have it: `0` for who is not taxed. */
  taxRateOf(ctx: Context, clientId: number): Promise<string>;
  /** The first invoice of each of several orders, by order. */
  listFirstOf(ctx: Context, orderIds: readonly number[]): Promise<ReadonlyMap<number, Invoice>>;
  /** Days before and after the due date on which people are reminded. */
  reminderDays(ctx: Context): Promise<{ readonly before: readonly number[]; readonly after: readonly number[] }>;

  /** Takes the next number; not approved yet. Seller, buyer, tax and note are copied as they are now. */
  issue(tx: Tx, invoice: NewInvoice): Promise<Invoice>;
  /** Shows it to the client, by letter too. With `usesCredit` the balance pays it when it suffices; tasks are the caller's. */
  approve(ctx: Context, id: number, options?: { usesCredit?: boolean }): Promise<void>;
  /**
   * The one way to become paid: number series, rate, income, promos, lines waiting for their tasks. Books nothing on the
   * balance. False when it was paid before. The caller runs the tasks once this is committed.
   */
  settle(tx: Tx, id: number, payment: Payment): Promise<boolean>;
  /** Pays all that is due from the balance, or nothing: false. Joins a transaction; tasks are the caller's. */
  payWithCredit(ctx: Context, id: number): Promise<boolean>;
  /** Pays a part from the balance; the last part settles the invoice. Throws when there is not enough, or more than is due. */
  applyCredit(ctx: Context, id: number, amount: Money): Promise<Invoice>;
  /** Does what the lines of a paid invoice stand for, each once. Failures are counted, not thrown. Not inside a transaction. */
  runTasks(ctx: Context, id: number): Promise<void>;
  /** The open invoice that extends an order, or a new one, approved and paid from the balance when it suffices. */
  renew(ctx: Context, orderId: number, options?: { dueDays?: number | undefined }): Promise<Invoice>;
  /** An invoice over funds, approved (invoicing spec 5.8). Throws when funds are disabled or outside their limits. */
  issueDeposit(ctx: Context, clientId: number, amount: Money): Promise<Invoice>;
  remove(tx: Tx, id: number): Promise<void>;
}

/** Installed gateways and what they are asked for. */
export interface PaymentService {
  /** Enabled ones for people who pay, newest first. */
  listEnabled(ctx: Context): Promise<readonly InstalledGateway[]>;
  find(ctx: Context, gatewayId: number): Promise<InstalledGateway | undefined>;
  /** Asks the gateway for a payment of what is due. Checks gateway, currency and mode (invoicing spec 8). */
  start(ctx: Context, invoice: Invoice, options: StartOptions): Promise<StartedPayment>;
  /** Asks the gateway how a started payment stands and books what it says. Answers whether the invoice is paid now. */
  refresh(ctx: Context, invoiceId: number): Promise<boolean>;
  /** Books what a gateway said, once, whatever it says again. Answers the transaction's id. */
  book(ctx: Context, gatewayId: number, notice: PaymentNotice): Promise<number>;
  /** Whether what was paid for an invoice can be paid back through its gateway. */
  canRefund(ctx: Context, invoiceId: number): Promise<boolean>;
  /**
   * Pays back through the gateway that took the money. Uses the network, so not inside a transaction. Said again with the
   * same `key` it pays back once. Throws when the gateway cannot or does not, and when it is more than was paid.
   */
  refund(ctx: Context, refund: PaymentRefund): Promise<RefundedPayment>;
}

export interface PaymentRefund {
  readonly invoiceId: number;
  readonly amount: Money;
  /** Names this refund: made by whoever asks for it, and the same when it is asked for again. */
  readonly key: string;
  readonly reason?: string | undefined;
}

export interface RefundedPayment {
  /** Row of `transaction`. */
  readonly transactionId: number;
  readonly gatewayId: number;
  /** False while the gateway still works on it. */
  readonly isDone: boolean;
}

export interface InstalledGateway {
  readonly id: number;
  /** Of the adapter. */
  readonly code: string;
  readonly title: string;
  readonly isEnabled: boolean;
  readonly allowsSingle: boolean;
  readonly allowsRecurrent: boolean;
  readonly isTest: boolean;
  /** Undefined: every configured currency. */
  readonly acceptedCurrencies: readonly string[] | undefined;
}

export interface StartOptions {
  readonly gatewayId: number;
  readonly channel?: string | undefined;
  readonly allowsSubscription?: boolean;
  readonly redirectsAtOnce?: boolean;
  /** Where the browser goes afterwards instead of the invoice's page. */
  readonly backUrl?: string | undefined;
}

export interface StartedPayment {
  readonly reference: string;
  readonly page: PaymentPage;
  readonly isSubscription: boolean;
  readonly isFrameable: boolean;
}

/** What was sold, by the time of payment. */
export interface Invoicing extends InvoiceService {
  readonly tally: Tally;
  readonly sales: SalesReport;
  readonly payments: PaymentService;
}

export const invoiceService = defineService<Invoicing>('invoice');

const InvoiceId = Type.Object({ invoiceId: Id });
export const invoiceApproved = defineEvent('invoice.approved', InvoiceId);
export const invoicePaid = defineEvent('invoice.paid', InvoiceId);
export const invoiceRefunded = defineEvent(
  'invoice.refunded',
  Type.Object({ invoiceId: Id, refundId: Type.Optional(Id) }),
);
export const invoiceUpdated = defineEvent('invoice.updated', InvoiceId);
export const invoiceRemoved = defineEvent(
  'invoice.removed',
  Type.Object({ invoiceId: Id, clientId: Type.Optional(Id) }),
);
export const invoiceReminded = defineEvent('invoice.reminded', InvoiceId);
/** Once per invoice and day: it will be due, or is overdue, in or since so many calendar days. */
export const invoiceDueSoon = defineEvent('invoice.due_soon', Type.Object({ invoiceId: Id, days: Type.Integer() }));
export const invoiceOverdue = defineEvent('invoice.overdue', Type.Object({ invoiceId: Id, days: Type.Integer() }));
export const invoiceBeingApproved = defineHook('invoice.being_approved', InvoiceId);
export const invoiceBeingRefunded = defineHook('invoice.being_refunded', InvoiceId);
/** `sent` as it came. */
export const invoiceBeingUpdated = defineHook(
  'invoice.being_updated',
  Type.Object({ invoiceId: Id, sent: MapOf(Type.Unknown()) }),
);
export const invoiceBeingReminded = defineHook('invoice.being_reminded', InvoiceId);
/** Before the run over all that is due. */
export const invoicesBeingReminded = defineHook('invoice.run_being_reminded', Type.Object({}));
/** Staff ask for the invoice that extends an order; jobs and clients do not ask. */
export const renewalBeingInvoiced = defineHook('invoice.renewal_being_invoiced', Type.Object({ orderId: Id }));
export const renewalInvoiced = defineEvent('invoice.renewal_invoiced', Type.Object({ orderId: Id, invoiceId: Id }));
export const invoiceBeingRemoved = defineHook('invoice.being_removed', InvoiceId);

const TransactionId = Type.Object({ transactionId: Id });
/** Asked before a row is entered; `sent` is what was sent. */
export const transactionBeingCreated = defineHook(
  'invoice.transaction_being_created',
  Type.Object({ sent: MapOf(Type.Unknown()) }),
);
export const transactionCreated = defineEvent('invoice.transaction_created', TransactionId);
export const transactionBeingUpdated = defineHook('invoice.transaction_being_updated', TransactionId);
export const transactionUpdated = defineEvent('invoice.transaction_updated', TransactionId);
/** Asked before staff have one processed. */
export const transactionBeingProcessed = defineHook('invoice.transaction_being_processed', TransactionId);
/** What it says is in the books. */
export const transactionProcessed = defineEvent('invoice.transaction_processed', TransactionId);
/** A gateway paid back, whoever asked it to. */
export const paymentRefunded = defineEvent(
  'invoice.payment_refunded',
  Type.Object({ transactionId: Id, invoiceId: Type.Optional(Id) }),
);
const SubscriptionId = Type.Object({ subscriptionId: Id });
export const subscriptionCreated = defineEvent('invoice.subscription_created', SubscriptionId);
export const subscriptionRemoved = defineEvent('invoice.subscription_removed', SubscriptionId);

/** A line of type `hook_call` was paid: the event staff named, with its payload as JSON. */
export const invoiceHookCalled = defineEvent(
  'invoice.hook_called',
  Type.Object({ invoiceId: Id, event: Type.String(), payload: Type.String() }),
);
