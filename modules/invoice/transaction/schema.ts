import { Type, type Static } from '@sinclair/typebox';
import { DayRangeInput, readDayRange } from '#core/day-range';
import { toNumber } from '#core/money';
import { Anything, DateTime, Dict, Id, Int, MapOf, Or, OrNull, Paging, required, Text, Truthy } from '#core/schema';
import type { Transaction, TransactionFilter } from './repository.ts';
import type { Amendment, Entry } from './service.ts';

const NullableText = Or(Type.String());

const Shared = {
  id: Type.Integer(),
  invoice_id: Or(Type.Integer()),
  txn_id: NullableText,
  txn_status: NullableText,
  gateway_id: Or(Type.Integer()),
  gateway: NullableText,
  amount: Type.Number(),
  currency: NullableText,
  type: NullableText,
  status: Type.String(),
  ip: NullableText,
  validate_ipn: Type.Integer(),
  error: NullableText,
  error_code: Or(Type.Integer()),
  note: NullableText,
  created_at: DateTime,
  updated_at: DateTime,
};

/** A transaction at the level of release 0.8.5 (invoicing spec 11.1). */
export const TransactionView = Type.Object(Shared);
export const SingleTransaction = Type.Object({ ...Shared, ipn: Or(MapOf(Anything())) });

/** `gateway`: its title. */
export const presentTransaction = (
  transaction: Transaction,
  gateway: string | undefined,
): Static<typeof TransactionView> => ({
  id: transaction.id,
  invoice_id: transaction.invoiceId ?? null,
  txn_id: transaction.txnId ?? null,
  txn_status: transaction.txnStatus ?? null,
  gateway_id: transaction.gatewayId ?? null,
  gateway: gateway ?? null,
  amount: transaction.amount === undefined ? 0 : toNumber(transaction.amount),
  currency: transaction.currency ?? null,
  type: transaction.type ?? null,
  status: transaction.status,
  ip: transaction.ip ?? null,
  validate_ipn: Number(transaction.validatesIpn),
  error: transaction.error ?? null,
  error_code: transaction.errorCode ?? null,
  note: transaction.note ?? null,
  created_at: transaction.createdAt,
  updated_at: transaction.updatedAt,
});

/** Staff are not told of an amount of 0 where none is known yet. */
export const presentForPanel = (transaction: Transaction, gateway: string | undefined) => ({
  ...presentTransaction(transaction, gateway),
  ...(transaction.amount === undefined && { amount: null }),
});

export const presentSingle = (
  transaction: Transaction,
  gateway: string | undefined,
): Static<typeof SingleTransaction> => ({
  ...presentTransaction(transaction, gateway),
  ipn:
    transaction.call === undefined
      ? null
      : {
          source: transaction.call.source,
          get: transaction.call.get,
          post: transaction.call.post,
          http_raw_post_data: transaction.call.raw,
          server: transaction.call.server,
        },
});

const filters = {
  invoice_hash: Type.Optional(Text({ maxLength: 255 })),
  invoice_id: Type.Optional(Text({ maxLength: 20 })),
  gateway_id: Type.Optional(Text({ maxLength: 20 })),
  currency: Type.Optional(Text({ maxLength: 20 })),
  type: Type.Optional(Text({ maxLength: 255 })),
  txn_id: Type.Optional(Text({ maxLength: 255 })),
  search: Type.Optional(
    Text({ maxLength: 255, description: 'Part of the note, of the ID or of the call; or an invoice.' }),
  ),
  ...DayRangeInput,
  ...Paging,
};

/** What clients may narrow their own by. */
export const OwnTransactionsInput = Type.Object(filters);
export const TransactionsInput = Type.Object({
  id: Type.Optional(Text({ maxLength: 20 })),
  client_id: Type.Optional(Text({ maxLength: 20 })),
  status: Type.Optional(Text({ maxLength: 255 })),
  ...filters,
});

export function toTransactionFilter(
  sent: Static<typeof OwnTransactionsInput> & Partial<Static<typeof TransactionsInput>>,
): TransactionFilter {
  return {
    id: idOf(sent.id),
    invoiceId: idOf(sent.invoice_id),
    invoiceHash: sent.invoice_hash || undefined,
    gatewayId: idOf(sent.gateway_id),
    clientId: idOf(sent.client_id),
    status: sent.status || undefined,
    currency: sent.currency || undefined,
    type: sent.type || undefined,
    txnId: sent.txn_id || undefined,
    search: sent.search?.trim() || undefined,
    ...readDayRange(sent),
  };
}

/** What is no number is an id that no row has. */
export const idOf = (text: string | undefined): number | undefined =>
  text === undefined || text.trim() === '' ? undefined : /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : 0;

export const OneTransaction = { id: required('Transaction ID is missing', Id) };

const Nullable = { maxLength: 255 };
export const EntryInput = Type.Object({
  invoice_id: Type.Optional(OrNull(Id)),
  gateway_id: Type.Optional(OrNull(Id)),
  txn_id: Type.Optional(OrNull(Text(Nullable))),
  note: Type.Optional(OrNull(Text())),
  get: Type.Optional(OrNull(Dict())),
  post: Type.Optional(OrNull(Dict())),
  server: Type.Optional(OrNull(Dict())),
  http_raw_post_data: Type.Optional(OrNull(Text())),
  skip_validation: Truthy(),
});

export const toEntry = (sent: Static<typeof EntryInput>): Entry => ({
  invoiceId: sent.invoice_id || undefined,
  gatewayId: sent.gateway_id || undefined,
  txnId: sent.txn_id || undefined,
  note: sent.note ?? undefined,
  call: {
    get: sent.get ?? null,
    post: sent.post ?? null,
    raw: sent.http_raw_post_data ?? null,
    server: sent.server ?? null,
  },
  skipsValidation: sent.skip_validation,
  sent,
});

export const AmendmentInput = Type.Object({
  ...OneTransaction,
  invoice_id: Type.Optional(OrNull(Id)),
  gateway_id: Type.Optional(OrNull(Id)),
  txn_id: Type.Optional(OrNull(Text(Nullable))),
  txn_status: Type.Optional(OrNull(Text(Nullable))),
  amount: Type.Optional(OrNull(Text({ maxLength: 100 }))),
  currency: Type.Optional(OrNull(Text({ maxLength: 10 }))),
  type: Type.Optional(OrNull(Text(Nullable))),
  status: Type.Optional(OrNull(Text(Nullable))),
  note: Type.Optional(OrNull(Text())),
  error: Type.Optional(OrNull(Text())),
  error_code: Type.Optional(OrNull(Int({ minimum: -2_147_483_648, maximum: 2_147_483_647 }))),
  validate_ipn: Type.Optional(Truthy()),
});

export const toAmendment = (sent: Static<typeof AmendmentInput>): Amendment => ({
  invoiceId: sent.invoice_id ?? undefined,
  gatewayId: sent.gateway_id ?? undefined,
  txnId: sent.txn_id ?? undefined,
  txnStatus: sent.txn_status ?? undefined,
  amount: sent.amount ?? undefined,
  currency: sent.currency ?? undefined,
  type: sent.type ?? undefined,
  status: sent.status ?? undefined,
  note: sent.note ?? undefined,
  error: sent.error ?? undefined,
  errorCode: sent.error_code ?? undefined,
  validatesIpn: sent.validate_ipn,
});

const STATUSES = ['received', 'approved', 'processing', 'processed', 'error'] as const;
export const StatusCounts = Type.Object({
  total: Type.Integer(),
  ...(Object.fromEntries(STATUSES.map((status) => [status, Type.Integer()])) as Record<
    (typeof STATUSES)[number],
    ReturnType<typeof Type.Integer>
  >),
});

export const presentCounts = (counts: ReadonlyMap<string, number>): Static<typeof StatusCounts> => {
  const of = (status: string): number => counts.get(status) ?? 0;
  return {
    total: [...counts.values()].reduce((sum, count) => sum + count, 0),
    received: of('received'),
    approved: of('approved'),
    processing: of('processing'),
    processed: of('processed'),
    error: of('error'),
  };
};

/** Names of the wire, by the word that is stored (invoicing spec 6.3 #34–37). */
export const STATUS_PAIRS = {
  received: 'Received',
  approved: 'Approved',
  processing: 'Processing',
  processed: 'Processed',
  error: 'Error',
};
export const STATUS_TITLES = { ...STATUS_PAIRS, approved: 'Approved/Verified' };
export const GATEWAY_STATUSES = {
  succeeded: 'Succeeded',
  complete: 'Complete',
  pending: 'Pending validation',
  failed: 'Failed',
  unknown: 'Unknown',
};
export const TYPES = {
  payment: 'Payment',
  refund: 'Refund',
  subscription_create: 'Subscription create',
  subscription_cancel: 'Subscription cancel',
  unknown: 'Unknown',
};
