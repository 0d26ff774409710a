import { later, MINUTE, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { conflict, messageOf, notFound } from '#core/error';
import type { Money } from '#core/money';
import { randomToken } from '#core/secret';
import type { Invoice, PaymentService } from '../contract.ts';
import { summaryOf, type InstalledGateways, type OpenGateway } from '../gateway/service.ts';
import { isDeposit } from '../service.ts';
import { subscribablePeriod } from '../subscribable.ts';
import { totalsOf } from '../totals.ts';
import type { Bookings } from './booking.ts';
import { inTime } from './patience.ts';
import { checkedChannel, checkedPage, payableOf, refuseUnpayable, urlsOf, type Shown } from './payable.ts';
import type { PaymentRefunds } from './refunds.ts';
import * as payments from './repository.ts';
import type { AskedPayment } from './repository.ts';

export interface PaymentNeeds extends Shown {
  readonly baseUrl: string;
  readonly gateways: InstalledGateways;
  readonly bookings: Bookings;
  readonly refunds: PaymentRefunds;
  findInvoice(ctx: Context, id: number): Promise<Invoice | undefined>;
  /** Who else wants to pay it at this moment waits. */
  lockInvoice(tx: Tx, id: number): Promise<void>;
}

export interface Payments extends PaymentService {
  /** Asks gateways about payments that stay open. */
  askAboutOpen(ctx: Context): Promise<void>;
  /** Ends at their gateways what was asked for an invoice that wants no more money. */
  closeOpen(ctx: Context, invoiceId: number): Promise<void>;
}

/** A gateway is asked about the same payment at most this often. */
const QUIET_MS = 3 * SECOND;
const FIRST_ASK_MS = 2 * MINUTE;
const LONGEST_PAUSE_MS = 8 * 60 * MINUTE;
/** About a week, ever more seldom. */
const ASKED_AT_MOST = 30;
const CHUNK = 50;

export function createPayments(needs: PaymentNeeds): Payments {
  const { gateways, bookings, refunds, baseUrl } = needs;

  async function enabled(ctx: Context, id: number): Promise<OpenGateway> {
    const stored = await gateways.find(ctx, id);
    const gateway = stored && gateways.open(stored);
    if (gateway === undefined) throw notFound('payment.gateway_unknown', 'Payment method not found');
    if (!gateway.stored.isEnabled) throw conflict('payment.gateway_off', 'Payment method not enabled');
    return gateway;
  }

  /** Asking again for the same is the same request, so that an invoice looked at often is not asked for often. */
  const remember = (ctx: Context, wanted: Wanted): Promise<string> =>
    atomic(ctx, async (tx) => {
      await needs.lockInvoice(tx, wanted.invoice.id);
      const open = await payments.listOpenOf(tx.db, wanted.invoice.id);
      const same = open.findLast((one) => isSame(one, wanted));
      if (same !== undefined) return same.reference;
      const { invoice, ...rest } = wanted;
      const reference = randomToken(24);
      const row = { ...rest, reference, invoiceId: invoice.id, clientId: invoice.clientId, status: 'open' } as const;
      await payments.insert(tx.db, { ...row, externalId: undefined }, later(tx.now, FIRST_ASK_MS), tx.now);
      return reference;
    });

  /** Asks one gateway about one payment and books its answer. */
  async function ask(ctx: Context, payment: AskedPayment): Promise<void> {
    const stored = await gateways.find(ctx, payment.gatewayId);
    const gateway = stored && gateways.open(stored);
    if (gateway?.adapter.query === undefined) return;
    const pause = Math.min(FIRST_ASK_MS * 2 ** payment.asked, LONGEST_PAUSE_MS);
    const claim = { unlessAskedSince: later(ctx.now, -QUIET_MS), askAt: later(ctx.now, pause), now: ctx.now };
    if (!(await payments.claimAsking(ctx.db, payment, claim))) return;
    const { adapter, config } = gateway;
    const notice = await inTime(ctx, adapter.title, async () => adapter.query?.(ctx, keyOf(payment), config));
    if (notice !== undefined) await bookings.book(ctx, payment.gatewayId, notice, { asked: payment });
    else if (payment.asked + 1 >= ASKED_AT_MOST) await close(ctx, payment);
  }

  async function close(ctx: Context, payment: AskedPayment): Promise<void> {
    const stored = await gateways.find(ctx, payment.gatewayId);
    const gateway = stored && gateways.open(stored);
    if (gateway?.adapter.close !== undefined)
      await inTime(ctx, gateway.adapter.title, async () =>
        gateway.adapter.close?.(ctx, keyOf(payment), gateway.config),
      );
    await payments.end(ctx.db, payment.id, { status: 'closed', now: ctx.now });
  }

  return {
    listEnabled: async (ctx) => (await gateways.listEnabled(ctx)).map(summaryOf),
    async find(ctx, id) {
      const stored = await gateways.find(ctx, id);
      return stored && summaryOf(stored);
    },

    async start(ctx, invoice, options) {
      const { stored, adapter, config } = await enabled(ctx, options.gatewayId);
      const period = subscribablePeriod(invoice.lines);
      const isSubscription =
        period !== undefined &&
        !isDeposit(invoice) &&
        stored.allowsRecurrent &&
        adapter.takesSubscriptions &&
        options.allowsSubscription !== false;
      if (!isSubscription && !(stored.allowsSingle && adapter.takesOneTimePayments))
        throw conflict('payment.single_off', 'One-time payments are not enabled for the selected payment gateway');
      refuseUnpayable(stored, invoice);
      const channel = checkedChannel(options.channel);
      const amount = totalsOf(invoice).due;
      const payable = await payableOf(ctx, invoice, isSubscription, needs);
      const reference = await remember(ctx, { invoice, gatewayId: stored.id, channel, isSubscription, amount });
      const request = {
        reference,
        invoice: payable,
        amount,
        subscription: isSubscription ? { period } : undefined,
        channel,
        payerIp: ctx.ip,
        redirectsAtOnce: options.redirectsAtOnce ?? false,
        urls: urlsOf(baseUrl, invoice, stored.id, options.backUrl),
      };
      const page = await inTime(ctx, adapter.title, async () =>
        checkedPage(await adapter.createPayment(ctx, request, config)),
      );
      return { reference, page, isSubscription, isFrameable: adapter.isFrameable ?? false };
    },

    async refresh(ctx, invoiceId) {
      for (const payment of await payments.listOpenOf(ctx.db, invoiceId)) {
        try {
          await ask(ctx, payment);
        } catch (error) {
          ctx.log.warn('a payment could not be asked about', { payment: payment.id, error: messageOf(error) });
        }
      }
      return (await needs.findInvoice(ctx, invoiceId))?.status === 'paid';
    },

    book: (ctx, gatewayId, notice) => bookings.book(ctx, gatewayId, notice),
    canRefund: (ctx, invoiceId) => refunds.canRefund(ctx, invoiceId),
    refund: (ctx, refund) => refunds.refund(ctx, refund),

    async askAboutOpen(ctx) {
      const asking = (await gateways.listAll(ctx)).filter((one) => gateways.open(one)?.adapter.query !== undefined);
      const gatewayIds = asking.map(({ id }) => id);
      for (;;) {
        const due = await payments.listToAsk(ctx.db, { now: ctx.now, gatewayIds, limit: CHUNK });
        for (const payment of due) {
          try {
            await ask(ctx, payment);
          } catch (error) {
            ctx.log.warn('a payment could not be asked about', { payment: payment.id, error: messageOf(error) });
          }
        }
        if (due.length < CHUNK) return;
      }
    },

    async closeOpen(ctx, invoiceId) {
      for (const payment of await payments.listOpenOf(ctx.db, invoiceId)) await close(ctx, payment);
    },
  };
}

interface Wanted {
  readonly invoice: Invoice;
  readonly gatewayId: number;
  readonly channel: string | undefined;
  readonly isSubscription: boolean;
  readonly amount: Money;
}

const isSame = (open: AskedPayment, wanted: Wanted): boolean =>
  open.gatewayId === wanted.gatewayId &&
  open.channel === wanted.channel &&
  open.isSubscription === wanted.isSubscription &&
  open.amount.amount === wanted.amount.amount &&
  open.amount.currency === wanted.amount.currency;

const keyOf = ({ reference, externalId }: AskedPayment) => ({ reference, externalId });
