import type { Knex } from 'knex';
import { toBoolean, toDate, type StoredDate } from '#core/db/columns';
import { money, type Money } from '#core/money';

export type AskedStatus = 'open' | 'paid' | 'failed' | 'closed';

/** A payment that a gateway was asked for. */
export interface AskedPayment {
  readonly id: number;
  readonly reference: string;
  readonly invoiceId: number;
  readonly gatewayId: number;
  readonly clientId: number | undefined;
  readonly channel: string | undefined;
  readonly isSubscription: boolean;
  readonly amount: Money;
  readonly status: AskedStatus;
  readonly externalId: string | undefined;
  /** How often the gateway was asked how it stands. */
  readonly asked: number;
  readonly createdAt: Date;
}

interface Row {
  id: number;
  reference: string;
  invoice_id: number;
  gateway_id: number;
  client_id: number | null;
  channel: string | null;
  subscribes: number | boolean;
  due_amount: number | string;
  currency: string;
  status: AskedStatus;
  external_id: string | null;
  ask_at: StoredDate;
  asked: number;
  created_at: StoredDate;
  updated_at: StoredDate;
}

const rows = (db: Knex) => db<Row>('payment');

export async function findByReference(db: Knex, reference: string): Promise<AskedPayment | undefined> {
  const row = await rows(db).where({ reference }).first();
  return row && toPayment(row);
}

export const listOpenOf = async (db: Knex, invoiceId: number): Promise<AskedPayment[]> =>
  (await rows(db).where({ invoice_id: invoiceId, status: 'open' }).orderBy('id')).map(toPayment);

export const listOf = async (db: Knex, invoiceId: number): Promise<AskedPayment[]> =>
  (await rows(db).where({ invoice_id: invoiceId }).orderBy('id')).map(toPayment);

/** Open ones whose gateway is to be asked by now, oldest first. */
export const listToAsk = async (
  db: Knex,
  { now, gatewayIds, limit }: { now: Date; gatewayIds: readonly number[]; limit: number },
): Promise<AskedPayment[]> =>
  gatewayIds.length === 0
    ? []
    : (
        await rows(db)
          .where({ status: 'open' })
          .where('ask_at', '<=', now)
          .whereIn('gateway_id', [...gatewayIds])
          .orderBy('ask_at')
          .limit(limit)
      ).map(toPayment);

export async function insert(
  db: Knex.Transaction,
  payment: Omit<AskedPayment, 'id' | 'createdAt' | 'asked'>,
  askAt: Date,
  now: Date,
): Promise<void> {
  await db('payment').insert({
    reference: payment.reference,
    invoice_id: payment.invoiceId,
    gateway_id: payment.gatewayId,
    client_id: payment.clientId ?? null,
    channel: payment.channel ?? null,
    subscribes: payment.isSubscription,
    due_amount: payment.amount.amount,
    currency: payment.amount.currency,
    status: payment.status,
    external_id: payment.externalId ?? null,
    ask_at: askAt,
    asked: 0,
    created_at: now,
    updated_at: now,
  });
}

/** Of several that want to ask, one does, and not before `askAt` again. */
export async function claimAsking(
  db: Knex,
  { id, asked }: AskedPayment,
  { unlessAskedSince, askAt, now }: { unlessAskedSince: Date; askAt: Date; now: Date },
): Promise<boolean> {
  const claimed = await rows(db)
    .where({ id, asked, status: 'open' })
    .where((quiet) => void quiet.where('updated_at', '<=', unlessAskedSince).orWhere({ asked: 0 }))
    .update({ asked: asked + 1, ask_at: askAt, updated_at: now });
  return claimed === 1;
}

/** Only what is still open changes. */
export async function end(
  db: Knex,
  id: number,
  { status, externalId, now }: { status: AskedStatus; externalId?: string | undefined; now: Date },
): Promise<void> {
  const from: AskedStatus[] = status === 'paid' ? ['open', 'failed', 'closed'] : ['open'];
  await rows(db)
    .where({ id })
    .whereIn('status', from)
    .update({ status, ...(externalId !== undefined && { external_id: externalId }), updated_at: now });
}

const toPayment = (row: Row): AskedPayment => ({
  id: row.id,
  reference: row.reference,
  invoiceId: row.invoice_id,
  gatewayId: row.gateway_id,
  clientId: row.client_id ?? undefined,
  channel: row.channel ?? undefined,
  isSubscription: toBoolean(row.subscribes),
  amount: money(Number(row.due_amount), row.currency),
  status: row.status,
  externalId: row.external_id ?? undefined,
  asked: row.asked,
  createdAt: toDate(row.created_at),
});
