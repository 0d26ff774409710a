import { createHash } from 'node:crypto';
import { later, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { conflict, notFound, type AppError } from '#core/error';
import type { PaymentNotice, PaymentRequest, RefundRequest } from '#core/gateway';
import { NotYet } from '#core/listener';
import { money, toDecimal } from '#core/money';
import { randomToken, type Secrets } from '#core/secret';
import type { Outcome } from './contract.ts';
import { sandboxNoticeDue } from './event.ts';
import * as sandbox from './repository.ts';
import type { SandboxPayment } from './repository.ts';
import { scriptOf, type Script } from './script.ts';
import { signed, SIGNATURE_HEADER } from './signature.ts';

export type Sandbox = ReturnType<typeof createSandboxGateway>;

const PURPOSE = 'sandbox_payment.secret';
const PATIENCE_MS = 10 * SECOND;
/** Marks a kept notification that is to be signed wrongly; it does not go over the wire. */
const FORGED = '_forged';

/** What a real gateway would do at its own place. */
export function createSandboxGateway({ secrets }: { secrets: Secrets }) {
  /** A notification is kept, and sent by the outbox: a restart loses none, and one that is not heard is sent again. */
  async function tell(tx: Tx, payment: SandboxPayment, body: object, afterMs = 0): Promise<void> {
    const sendAt = later(tx.now, afterMs);
    const noticeId = await sandbox.insertNotice(tx.db, { paymentId: payment.id, body, sendAt }, tx.now);
    await tx.emit(sandboxNoticeDue, { noticeId });
  }

  async function paid(tx: Tx, payment: SandboxPayment, script: Script): Promise<void> {
    const delayMs = (script.delay ?? 0) * SECOND;
    const notice = {
      ...wordsOf(payment, 'succeeded', script),
      ...(script.wrong_signature === true && { [FORGED]: true }),
    };
    if (payment.subscriptionId !== undefined) await tell(tx, payment, startOf(payment), delayMs);
    for (let time = 0; time < (script.repeat ?? 1); time++) await tell(tx, payment, notice, delayMs);
    if (script.out_of_order === true) await tell(tx, payment, wordsOf(payment, 'pending', script), delayMs + SECOND);
  }

  const locked = async (tx: Tx, reference: string): Promise<SandboxPayment> => {
    const payment = await sandbox.findForUpdate(tx.db, reference);
    if (payment === undefined) throw unknownPayment();
    return payment;
  };

  return {
    async get(ctx: Context, reference: string): Promise<SandboxPayment> {
      const payment = await sandbox.find(ctx.db, reference);
      if (payment === undefined) throw unknownPayment();
      return payment;
    },
    find: (ctx: Context, reference: string) => sandbox.find(ctx.db, reference),
    listNotices: (ctx: Context, payment: SandboxPayment) => sandbox.listNotices(ctx.db, payment.id),

    /** Asked again with the same reference it is the same payment. Answers how often it was asked. */
    async open(ctx: Context, request: PaymentRequest, secret: string, script: Script): Promise<number> {
      const { reference, amount, subscription, channel, urls, invoice } = request;
      const payment: sandbox.NewPayment = {
        reference,
        externalId: `SBX${randomToken(16)}`,
        title: invoice.title,
        amount,
        channel,
        period: subscription?.period,
        subscriptionId: subscription && `SUB${randomToken(16)}`,
        subscription: 'none',
        status: 'open',
        asked: 1,
        notifyUrl: urls.notify,
        backUrl: urls.back,
        cancelUrl: urls.cancel,
        sealedSecret: secrets.seal(PURPOSE, secret),
        script: { ...script },
      };
      const again = (tx: Tx): Promise<number> =>
        locked(tx, reference).then(async ({ id, asked }) => {
          await sandbox.update(tx.db, id, { asked: asked + 1 }, tx.now);
          return asked + 1;
        });
      return atomic(ctx, async (tx) => {
        if ((await sandbox.find(tx.db, reference)) !== undefined) return again(tx);
        try {
          await sandbox.insert(tx.db, payment, tx.now);
          return 1;
        } catch (error) {
          if (isUniqueViolation(error)) return again(tx);
          throw error;
        }
      });
    },

    /** What the payer presses on the page. */
    act: (ctx: Context, reference: string, outcome: Outcome, wanted: Script): Promise<void> =>
      atomic(ctx, async (tx) => {
        const payment = await locked(tx, reference);
        const script = { ...scriptOf(payment.script), ...wanted };
        if (outcome === 'renew') return renew(tx, payment, script);
        if (payment.status !== 'open' && payment.status !== 'pending') throw over();
        switch (outcome) {
          case 'pay': {
            const subscription = payment.subscriptionId === undefined ? 'none' : 'active';
            await sandbox.update(tx.db, payment.id, { status: 'paid', subscription }, tx.now);
            return paid(tx, payment, script);
          }
          case 'pend':
            await sandbox.update(tx.db, payment.id, { status: 'pending' }, tx.now);
            return tell(tx, payment, wordsOf(payment, 'pending', script));
          case 'fail':
            await sandbox.update(tx.db, payment.id, { status: 'failed' }, tx.now);
            return tell(tx, payment, wordsOf(payment, 'failed', script));
          case 'cancel':
            await sandbox.update(tx.db, payment.id, { status: 'closed' }, tx.now);
        }
      }),

    close: (ctx: Context, reference: string): Promise<void> =>
      atomic(ctx, async (tx) => {
        const payment = await sandbox.findForUpdate(tx.db, reference);
        if (payment?.status === 'open') await sandbox.update(tx.db, payment.id, { status: 'closed' }, tx.now);
      }),

    /** How a payment stands; nothing to say of one that nobody has tried to make. */
    async query(ctx: Context, reference: string): Promise<PaymentNotice | undefined> {
      const payment = await sandbox.find(ctx.db, reference);
      if (payment === undefined || payment.status === 'open' || payment.status === 'closed') return undefined;
      const status = payment.status === 'paid' ? 'succeeded' : payment.status;
      return {
        kind: 'payment',
        externalId: payment.externalId,
        status,
        rawStatus: payment.status,
        amount: payment.amount,
        reference,
        ...(payment.subscriptionId !== undefined && { subscriptionId: payment.subscriptionId }),
      };
    },

    refund: (ctx: Context, refund: RefundRequest): Promise<PaymentNotice> =>
      atomic(ctx, async (tx) => {
        const payment = await locked(tx, refund.reference);
        const key = createHash('sha256').update(refund.key).digest('hex');
        const known = await sandbox.findRefund(tx.db, key);
        if (known !== undefined) return refundOf(payment, known.id, money(known.amount, payment.amount.currency));
        const refunded = payment.refunded.amount + refund.amount.amount;
        if (payment.status !== 'paid' || refund.amount.currency !== payment.amount.currency)
          throw conflict('sandbox.not_paid', 'The sandbox has no such payment to pay back.');
        if (refunded > payment.amount.amount * (payment.periods + 1))
          throw conflict('sandbox.refund_too_much', 'The sandbox does not pay back more than was paid.');
        const id = await sandbox.insertRefund(tx.db, { paymentId: payment.id, key, amount: refund.amount }, tx.now);
        await sandbox.update(tx.db, payment.id, { refunded }, tx.now);
        const notice = refundOf(payment, id, refund.amount);
        await tell(tx, payment, bodyOf(notice));
        return notice;
      }),

    cancelSubscription: (ctx: Context, subscriptionId: string, atPeriodEnd: boolean): Promise<void> =>
      atomic(ctx, async (tx) => {
        const payment = await sandbox.findSubscribed(tx.db, subscriptionId);
        if (payment === undefined) throw notFound('sandbox.no_subscription', 'The sandbox has no such subscription.');
        if (payment.subscription === 'ended') return;
        await sandbox.update(tx.db, payment.id, { subscription: atPeriodEnd ? 'ending' : 'ended' }, tx.now);
        if (!atPeriodEnd)
          await tell(tx, payment, {
            kind: 'subscription_end',
            id: `end-${subscriptionId}`,
            status: 'succeeded',
            reference: payment.reference,
            subscription: subscriptionId,
          });
      }),

    /** Over HTTP, as a gateway would. What is not answered with OK is sent again, later and later. */
    async deliver(ctx: Context, noticeId: number): Promise<void> {
      const notice = await sandbox.findNotice(ctx.db, noticeId);
      if (notice === undefined || notice.sentAt !== undefined) return;
      if (notice.sendAt > ctx.now) throw new NotYet(notice.sendAt);
      const payment = await sandbox.findById(ctx.db, notice.paymentId);
      if (payment === undefined) return;
      const { [FORGED]: isForged, ...words } = notice.body;
      const body = JSON.stringify(words);
      const secret = secrets.open(PURPOSE, payment.sealedSecret);
      const answer = await fetch(payment.notifyUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          [SIGNATURE_HEADER]: signed(isForged === true ? `not ${secret}` : secret, body, ctx.now),
        },
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await answer.text();
      if (!answer.ok || text !== 'OK') throw new Error(`The engine answered ${answer.status} to a notification.`);
      await sandbox.markSent(ctx.db, noticeId, ctx.now);
    },
  };

  /** The next period of a subscription, with a payment of its own. */
  async function renew(tx: Tx, payment: SandboxPayment, script: Script): Promise<void> {
    if (payment.subscription !== 'active') throw over();
    const periods = payment.periods + 1;
    await sandbox.update(tx.db, payment.id, { periods }, tx.now);
    const notice = { ...wordsOf(payment, 'succeeded', script), id: `${payment.externalId}-${periods}` };
    for (let time = 0; time < (script.repeat ?? 1); time++)
      await tell(tx, payment, notice, (script.delay ?? 0) * SECOND);
  }
}

/** What goes over the wire about a payment, right or as wrong as the script wants it. */
function wordsOf(payment: SandboxPayment, status: PaymentNotice['status'], script: Script) {
  const { amount } = payment;
  const told = script.wrong_amount === true ? money(Math.floor(amount.amount / 2), amount.currency) : amount;
  const currency = script.wrong_currency === true ? (amount.currency === 'EUR' ? 'USD' : 'EUR') : amount.currency;
  return {
    kind: 'payment',
    id: payment.externalId,
    status,
    reference: payment.reference,
    amount: toDecimal(told),
    currency,
    ...(payment.subscriptionId !== undefined && { subscription: payment.subscriptionId, period: payment.period }),
  };
}

const startOf = (payment: SandboxPayment) => ({
  ...wordsOf(payment, 'succeeded', {}),
  kind: 'subscription_start',
  id: `start-${payment.subscriptionId ?? ''}`,
});

const refundOf = (payment: SandboxPayment, id: number, amount: PaymentNotice['amount']): PaymentNotice => ({
  kind: 'refund',
  externalId: `${payment.externalId}-R${id}`,
  status: 'succeeded',
  rawStatus: 'refunded',
  reference: payment.reference,
  ...(amount && { amount }),
});

const bodyOf = ({ kind, externalId, status, reference, amount }: PaymentNotice) => ({
  kind,
  id: externalId,
  status,
  reference,
  ...(amount && { amount: toDecimal(amount), currency: amount.currency }),
});

const unknownPayment = (): AppError => notFound('sandbox.unknown', 'The sandbox knows no such payment.');
const over = (): AppError => conflict('sandbox.over', 'This payment is over.');
