import { DAY, later, MINUTE } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page } from '#core/db/paginate';
import type { ListRequest } from '#core/listing';
import { AppError, asAppError, conflict, invalidInput, messageOf, notFound } from '#core/error';
import type { Gateway, GatewayCall, PaymentNotice } from '#core/gateway';
import { money, parseMoney, toDecimal, type Money } from '#core/money';
import type { CurrencyService } from '#modules/currency/contract';
import {
  transactionBeingCreated,
  transactionBeingProcessed,
  transactionBeingUpdated,
  transactionCreated,
  transactionUpdated,
} from '../contract.ts';
import { houseOf } from '../gateway/house.ts';
import type { InstalledGateways, OpenGateway } from '../gateway/service.ts';
import { inTime } from '../payment/patience.ts';
import type { Bookings } from '../payment/booking.ts';
import * as invoices from '../repository.ts';
import { callHashOf, keptCall, type SentCall } from './call.ts';
import { isDone, told } from './keep.ts';
import * as transactions from './repository.ts';
import { keyOf, type Transaction, type TransactionFilter } from './repository.ts';

/** What staff enter (invoicing spec 6.3 #29). */
export interface Entry {
  readonly invoiceId: number | undefined;
  readonly gatewayId: number | undefined;
  readonly txnId: string | undefined;
  readonly note: string | undefined;
  readonly call: SentCall;
  readonly skipsValidation: boolean;
  /** As sent, for those who listen. */
  readonly sent: Readonly<Record<string, unknown>>;
}

/** What staff rewrite; undefined stays. Nothing of it moves money. */
export interface Amendment {
  readonly invoiceId?: number | undefined;
  readonly gatewayId?: number | undefined;
  readonly txnId?: string | undefined;
  readonly txnStatus?: string | undefined;
  readonly amount?: string | undefined;
  readonly currency?: string | undefined;
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly note?: string | undefined;
  readonly error?: string | undefined;
  readonly errorCode?: number | undefined;
  readonly validatesIpn?: boolean | undefined;
}

interface Needs {
  readonly gateways: InstalledGateways;
  readonly bookings: Bookings;
  readonly currencies: Pick<CurrencyService, 'default'>;
}

export type Transactions = ReturnType<typeof createTransactions>;

/** A row that is being processed is somebody else's for this long. */
const TAKEN_MS = 5 * MINUTE;
const CHUNK = 100;
/** What could not be booked for days is for people to look at. */
const unfinishedAt = (now: Date) => ({ from: later(now, -3 * DAY), until: later(now, -MINUTE) });

/** What staff do with transactions. */
export function createTransactions({ gateways, bookings, currencies }: Needs) {
  async function get(ctx: Context, id: number): Promise<Transaction> {
    const row = await transactions.findById(ctx.db, id);
    if (row === undefined) throw unknownTransaction();
    return row;
  }

  /** The id; that of a row entered before when it is the same payment or the same call. */
  async function create(ctx: Context, entry: Entry): Promise<number> {
    await atomic(ctx, (tx) => tx.ask(transactionBeingCreated, { sent: { ...entry.sent } }));
    const { gatewayId, invoiceId } = entry;
    if (gatewayId !== undefined && (await gateways.find(ctx, gatewayId)) === undefined)
      throw invalidInput('transaction.gateway', 'Invalid payment gateway');
    if (!entry.skipsValidation) {
      if (invoiceId === undefined) throw invalidInput('transaction.no_invoice', 'Transaction invoice ID is missing');
      if (gatewayId === undefined) throw invalidInput('transaction.no_gateway', 'Payment gateway ID is missing');
      if ((await invoices.findById(ctx.db, invoiceId)) === undefined)
        throw notFound('invoice.unknown', 'Invoice was not found');
    }
    const external = externalIdOf(entry);
    const txnKey = external === undefined || gatewayId === undefined ? undefined : keyOf('payment', external);
    const call = keptCall(entry.call, 'admin');
    const callHash = callHashOf(call);
    const known = await alike(ctx, gatewayId, txnKey, callHash);
    if (known !== undefined) return known;
    try {
      return await atomic(ctx, async (tx) => {
        const row = { invoiceId, gatewayId, txnId: entry.txnId, txnKey, note: entry.note, call, callHash, ip: tx.ip };
        const id = await transactions.insert(tx.db, { ...row, status: 'received' }, tx.now);
        await tx.emit(transactionCreated, { transactionId: id });
        await tx.record(`Received transaction #${id} for invoice #${invoiceId ?? '-'}`);
        return id;
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      const winner = await alike(ctx, gatewayId, txnKey, callHash);
      if (winner === undefined) throw error;
      return winner;
    }
  }

  async function alike(
    ctx: Context,
    gatewayId: number | undefined,
    txnKey: string | undefined,
    callHash: string,
  ): Promise<number | undefined> {
    if (txnKey === undefined || gatewayId === undefined)
      return (await transactions.findByCall(ctx.db, gatewayId, callHash))?.id;
    const known = await transactions.findByKey(ctx.db, gatewayId, txnKey);
    if (known?.deletedAt !== undefined)
      throw conflict('transaction.deleted', `Transaction ${known.txnId ?? ''} was booked before it was deleted`);
    return known?.id;
  }

  /** Processed means booked or left alone by staff; both are final, so saying it again does nothing. */
  async function processRow(ctx: Context, row: Transaction): Promise<void> {
    if (isDone(row)) return;
    const gateway = await gatewayOf(ctx, row);
    if (row.notice !== undefined) return bookings.apply(ctx, row.id);
    if (isVouchedByStaff(gateway.adapter)) return bookings.bookByStaff(ctx, row);
    for (const notice of await read(ctx, row, gateway)) await adopt(ctx, row, notice);
  }

  /** What the call of a row says, once the gateway has vouched for it. */
  async function read(
    ctx: Context,
    row: Transaction,
    { adapter, config }: OpenGateway,
  ): Promise<readonly PaymentNotice[]> {
    const call = callOf(row);
    return inTime(ctx, adapter.title, async () => {
      await adapter.verify?.(ctx, call, config);
      return (await adapter.receive?.(ctx, call, config)) ?? [];
    });
  }

  /** The row becomes the one of this payment, unless the payment has one. */
  async function adopt(ctx: Context, row: Transaction, notice: PaymentNotice): Promise<void> {
    const gatewayId = row.gatewayId ?? 0;
    const txnKey = keyOf(notice.kind, notice.externalId);
    const twin = await transactions.findByKey(ctx.db, gatewayId, txnKey);
    if (twin === undefined || twin.id === row.id) {
      const change = { ...told(notice), txnKey, invoiceId: row.invoiceId ?? notice.invoiceId, type: 'payment' };
      await atomic(ctx, (tx) => transactions.update(tx.db, row.id, change, tx.now));
      return bookings.apply(ctx, row.id);
    }
    await bookings.book(ctx, gatewayId, notice);
    const note = `The same payment as transaction #${twin.id}.`;
    await atomic(ctx, (tx) => transactions.update(tx.db, row.id, { status: 'processed', note }, tx.now));
  }

  async function gatewayOf(ctx: Context, row: Transaction): Promise<OpenGateway> {
    if (row.gatewayId === undefined)
      throw invalidInput(
        'transaction.origin',
        'Could not determine transaction origin. Transaction payment gateway is unknown.',
      );
    const stored = await gateways.find(ctx, row.gatewayId);
    if (stored === undefined)
      throw conflict(
        'transaction.gateway_gone',
        `Cannot handle transaction received from unknown payment gateway: ${row.gatewayId}`,
      );
    const gateway = gateways.open(stored);
    if (gateway === undefined || (gateway.adapter.receive === undefined && row.notice === undefined))
      throw conflict(
        'transaction.no_action',
        `Payment adapter ${stored.title} does not support action processTransaction`,
      );
    return gateway;
  }

  return {
    get,
    create,
    list: (ctx: Context, filter: TransactionFilter, request: ListRequest): Promise<Page<Transaction>> =>
      transactions.listPage(ctx.db, filter, request),
    countByStatus: (ctx: Context) => transactions.countByStatus(ctx.db),

    amend: async (ctx: Context, id: number, change: Amendment): Promise<void> => {
      const fallback = (await currencies.default(ctx)).code;
      await atomic(ctx, async (tx) => {
        await tx.ask(transactionBeingUpdated, { transactionId: id });
        const row = await transactions.findForUpdate(tx.db, id);
        if (row === undefined || row.deletedAt !== undefined) throw unknownTransaction();
        const invoiceId = change.invoiceId ?? row.invoiceId;
        const invoice = invoiceId === undefined ? undefined : await invoices.findById(tx.db, invoiceId);
        if (change.invoiceId !== undefined && invoice === undefined)
          throw notFound('invoice.unknown', 'Invoice not found');
        if (change.gatewayId !== undefined && (await gateways.find(tx, change.gatewayId)) === undefined)
          throw notFound('transaction.gateway_unknown', 'Payment gateway not found');
        const { amount: _, errorCode, ...texts } = change;
        const named = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
        const amount = amountOf(row, change, invoice?.currency ?? fallback);
        const keyed = keyAfter(row, change);
        await refuseTwin(tx, row.id, change.gatewayId ?? row.gatewayId, 'txnKey' in keyed ? keyed.txnKey : row.txnKey);
        await transactions.update(
          tx.db,
          id,
          { ...named, ...keyed, ...(errorCode !== undefined && { errorCode }), ...(amount && { amount }) },
          tx.now,
        );
        await tx.emit(transactionUpdated, { transactionId: id });
        await tx.record(`Updated transaction #${id}`);
      });
    },

    /** Out of sight; what was booked is remembered, so that the same payment is not booked again. */
    remove: (ctx: Context, id: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        const row = await transactions.findForUpdate(tx.db, id);
        if (row === undefined || row.deletedAt !== undefined) throw unknownTransaction();
        const freed = row.booking === undefined ? { txnKey: undefined } : {};
        await transactions.update(tx.db, id, { deletedAt: tx.now, ...freed }, tx.now);
        await tx.record(`Removed transaction #${id}`);
      }),

    claim: (ctx: Context, id: number): Promise<boolean> =>
      atomic(ctx, (tx) => transactions.claim(tx.db, id, later(tx.now, -TAKEN_MS), tx.now)),

    /** A payment that staff vouch for and that fails says so on its row only (invoicing spec 6.3 #27). */
    process: async (ctx: Context, id: number): Promise<void> => {
      await atomic(ctx, (tx) => tx.ask(transactionBeingProcessed, { transactionId: id }));
      const row = await get(ctx, id);
      try {
        await processRow(ctx, row);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        await bookings.noteError(ctx, id, error);
        const stored = row.gatewayId === undefined ? undefined : await gateways.find(ctx, row.gatewayId);
        const adapter = stored && gateways.adapterOf(stored);
        if (adapter === undefined || !isVouchedByStaff(adapter)) throw error;
      }
    },

    processAll: async (ctx: Context): Promise<void> => {
      for (let beforeId = Number.MAX_SAFE_INTEGER; ;) {
        const ids = await transactions.listToProcess(ctx.db, later(ctx.now, -TAKEN_MS), beforeId, CHUNK);
        for (const id of ids) {
          try {
            const row = await transactions.findById(ctx.db, id);
            if (row !== undefined) await processRow(ctx, row);
          } catch (error) {
            if (!(error instanceof AppError))
              ctx.log.error('a transaction was not processed', { transaction: id, error });
            await bookings.noteError(ctx, id, asAppError(error));
          }
        }
        if (ids.length < CHUNK) return;
        beforeId = ids.at(-1) ?? 0;
      }
    },

    /** Calls that were kept, and whose process died before it booked them. */
    finishKept: async (ctx: Context): Promise<void> => {
      for (const id of await transactions.listUnfinished(ctx.db, unfinishedAt(ctx.now), CHUNK)) {
        try {
          await bookings.apply(ctx, id);
        } catch (error) {
          ctx.log.error('a kept notice could not be booked', { transaction: id, error: messageOf(error) });
        }
      }
    },
  };
}

/** Where the gateway itself says nothing, staff do: a bank transfer, cash. */
const isVouchedByStaff = (adapter: Gateway): boolean => houseOf(adapter)?.vouchedBy === 'staff';

/** First found of the places gateways and programs put it (invoicing spec 11.2 #4). */
function externalIdOf({ txnId, call: { post, get } }: Entry): string | undefined {
  const places = [txnId, post?.['txn_id'], get?.['txn_id'], post?.['payment_intent'], get?.['payment_intent']];
  const id = places.find((one) => (typeof one === 'string' && one.trim() !== '') || typeof one === 'number');
  return id === undefined ? undefined : String(id).slice(0, 1000);
}

const callOf = (row: Transaction): GatewayCall => ({
  source: row.call?.source === 'client' ? 'client' : 'admin',
  method: 'POST',
  query: row.call?.get ?? {},
  body: row.call?.post ?? {},
  raw: row.call?.raw ?? '',
  headers: {},
  transactionId: row.id,
  invoiceId: row.invoiceId,
});

/** An amount needs a currency: the row's, the invoice's or the default one. Another currency keeps the figure. */
function amountOf(row: Transaction, { amount, currency }: Amendment, fallback: string): Money | undefined {
  const code = currency || row.currency || fallback;
  if (amount === undefined) {
    if (row.amount === undefined || row.amount.currency === code) return undefined;
    return parseMoney(toDecimal(row.amount), code) ?? money(0, code);
  }
  const read = parseMoney(amount, code);
  if (read === undefined) throw invalidInput('transaction.amount', 'Parameter "amount" is invalid.');
  return read;
}

/** Another id is another payment. What was booked keeps its key: it must not be booked again. */
function keyAfter(row: Transaction, { txnId }: Amendment): { txnKey?: string | undefined } {
  if (txnId === undefined || row.booking !== undefined) return {};
  return { txnKey: txnId.trim() === '' ? undefined : keyOf('payment', txnId) };
}

async function refuseTwin(
  tx: Tx,
  id: number,
  gatewayId: number | undefined,
  txnKey: string | undefined,
): Promise<void> {
  if (txnKey === undefined || gatewayId === undefined) return;
  const twin = await transactions.findByKey(tx.db, gatewayId, txnKey);
  if (twin !== undefined && twin.id !== id)
    throw conflict('transaction.twin', `Transaction #${twin.id} has this ID at the payment gateway already`);
}

const unknownTransaction = (): AppError => notFound('transaction.unknown', 'Transaction not found');
