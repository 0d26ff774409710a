import type { Knex } from 'knex';
import { toDate, toObject, toOptionalDate, type StoredDate } from '#core/db/columns';
import { money, type Money } from '#core/money';

export type PaymentStatus = 'open' | 'pending' | 'paid' | 'failed' | 'closed';
export type SubscriptionState = 'none' | 'active' | 'ending' | 'ended';

/** A payment as the gateway keeps it. */
export interface SandboxPayment {
  readonly id: number;
  readonly reference: string;
  readonly externalId: string;
  readonly title: string;
  readonly amount: Money;
  readonly refunded: Money;
  readonly channel: string | undefined;
  readonly period: string | undefined;
  readonly subscriptionId: string | undefined;
  readonly subscription: SubscriptionState;
  /** Periods that were paid after the first. */
  readonly periods: number;
  readonly status: PaymentStatus;
  /** How often the merchant asked for it. */
  readonly asked: number;
  readonly notifyUrl: string;
  readonly backUrl: string;
  readonly cancelUrl: string;
  readonly sealedSecret: string;
  /** What it does wrong, from the settings of the gateway. */
  readonly script: Readonly<Record<string, unknown>>;
}

/** A notification on its way. */
export interface SandboxNotice {
  readonly id: number;
  readonly paymentId: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly sendAt: Date;
  readonly sentAt: Date | undefined;
}

interface Row {
  id: number;
  reference: string;
  external_id: string;
  title: string;
  due_amount: number | string;
  refunded_amount: number | string;
  currency: string;
  channel: string | null;
  period: string | null;
  subscription_id: string | null;
  subscription: SubscriptionState;
  periods: number;
  status: PaymentStatus;
  asked: number;
  notify_url: string;
  back_url: string;
  cancel_url: string;
  sealed_secret: string;
  script: string;
}

interface NoticeRow {
  id: number;
  payment_id: number;
  body: string;
  send_at: StoredDate;
  sent_at: StoredDate | null;
  created_at: StoredDate;
}

export async function find(db: Knex, reference: string): Promise<SandboxPayment | undefined> {
  const row = await db<Row>('sandbox_payment').where({ reference }).first();
  return row && toPayment(row);
}

export async function findForUpdate(db: Knex.Transaction, reference: string): Promise<SandboxPayment | undefined> {
  const row = await db<Row>('sandbox_payment').where({ reference }).forUpdate().first();
  return row && toPayment(row);
}

export async function findById(db: Knex, id: number): Promise<SandboxPayment | undefined> {
  const row = await db<Row>('sandbox_payment').where({ id }).first();
  return row && toPayment(row);
}

export async function findSubscribed(
  db: Knex.Transaction,
  subscriptionId: string,
): Promise<SandboxPayment | undefined> {
  const row = await db<Row>('sandbox_payment').where({ subscription_id: subscriptionId }).forUpdate().first();
  return row && toPayment(row);
}

export type NewPayment = Omit<SandboxPayment, 'id' | 'refunded' | 'periods'>;

export async function insert(db: Knex.Transaction, payment: NewPayment, now: Date): Promise<void> {
  await db('sandbox_payment').insert({
    reference: payment.reference,
    external_id: payment.externalId,
    title: payment.title.slice(0, 500),
    due_amount: payment.amount.amount,
    currency: payment.amount.currency,
    channel: payment.channel ?? null,
    period: payment.period ?? null,
    subscription_id: payment.subscriptionId ?? null,
    subscription: payment.subscription,
    status: payment.status,
    asked: payment.asked,
    notify_url: payment.notifyUrl,
    back_url: payment.backUrl,
    cancel_url: payment.cancelUrl,
    sealed_secret: payment.sealedSecret,
    script: JSON.stringify(payment.script),
    created_at: now,
    updated_at: now,
  });
}

export interface PaymentChange {
  readonly status?: PaymentStatus;
  readonly subscription?: SubscriptionState;
  readonly periods?: number;
  readonly asked?: number;
  readonly refunded?: number;
}

export async function update(
  db: Knex.Transaction,
  id: number,
  { refunded, ...change }: PaymentChange,
  now: Date,
): Promise<void> {
  await db('sandbox_payment')
    .where({ id })
    .update({ ...change, ...(refunded !== undefined && { refunded_amount: refunded }), updated_at: now });
}

export async function insertNotice(
  db: Knex.Transaction,
  notice: { readonly paymentId: number; readonly body: object; readonly sendAt: Date },
  now: Date,
): Promise<number> {
  const { paymentId, body, sendAt } = notice;
  const [id] = await db('sandbox_notice').insert({
    payment_id: paymentId,
    body: JSON.stringify(body),
    send_at: sendAt,
    created_at: now,
  });
  return Number(id);
}

export async function findNotice(db: Knex, id: number): Promise<SandboxNotice | undefined> {
  const row = await db<NoticeRow>('sandbox_notice').where({ id }).first();
  return row && toNotice(row);
}

export async function listNotices(db: Knex, paymentId: number): Promise<SandboxNotice[]> {
  return (await db<NoticeRow>('sandbox_notice').where({ payment_id: paymentId }).orderBy('id').limit(100)).map(
    toNotice,
  );
}

export const markSent = async (db: Knex, id: number, now: Date): Promise<void> =>
  void (await db('sandbox_notice').where({ id }).update({ sent_at: now }));

/** Undefined when it was asked for before. Rejects with a unique violation when two ask at once. */
export async function insertRefund(
  db: Knex.Transaction,
  refund: { readonly paymentId: number; readonly key: string; readonly amount: Money },
  now: Date,
): Promise<number> {
  const [id] = await db('sandbox_refund').insert({
    payment_id: refund.paymentId,
    refund_key: refund.key,
    refund_amount: refund.amount.amount,
    created_at: now,
  });
  return Number(id);
}

export async function findRefund(db: Knex, key: string): Promise<{ id: number; amount: number } | undefined> {
  const row = (await db('sandbox_refund').where({ refund_key: key }).first('id', 'refund_amount')) as
    { id: number; refund_amount: number | string } | undefined;
  return row && { id: row.id, amount: Number(row.refund_amount) };
}

const toPayment = (row: Row): SandboxPayment => ({
  id: row.id,
  reference: row.reference,
  externalId: row.external_id,
  title: row.title,
  amount: money(Number(row.due_amount), row.currency),
  refunded: money(Number(row.refunded_amount), row.currency),
  channel: row.channel ?? undefined,
  period: row.period ?? undefined,
  subscriptionId: row.subscription_id ?? undefined,
  subscription: row.subscription,
  periods: row.periods,
  status: row.status,
  asked: row.asked,
  notifyUrl: row.notify_url,
  backUrl: row.back_url,
  cancelUrl: row.cancel_url,
  sealedSecret: row.sealed_secret,
  script: toObject(row.script),
});

const toNotice = (row: NoticeRow): SandboxNotice => ({
  id: row.id,
  paymentId: row.payment_id,
  body: toObject(row.body),
  sendAt: toDate(row.send_at),
  sentAt: toOptionalDate(row.sent_at),
});
