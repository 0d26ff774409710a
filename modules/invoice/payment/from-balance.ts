import { atomic, type Context, type Tx } from '#core/context';
import type { ClientActor } from '#core/actor';
import { conflict, forbidden, notFound } from '#core/error';
import type { BalanceService } from '#modules/client/contract';
import type { Invoice } from '../contract.ts';
import { houseOf } from '../gateway/house.ts';
import type { InstalledGateways } from '../gateway/service.ts';
import * as invoices from '../repository.ts';
import { isDeposit } from '../service.ts';
import { totalsOf } from '../totals.ts';
import * as transactions from '../transaction/repository.ts';
import { keyOf } from '../transaction/repository.ts';
import * as askedFor from './repository.ts';

interface Needs {
  readonly clients: Pick<BalanceService, 'lockBalance'>;
  readonly gateways: InstalledGateways;
  payWithCredit(tx: Tx, invoiceId: number): Promise<boolean>;
  approve(ctx: Context, invoiceId: number): Promise<void>;
  runTasks(ctx: Context, invoiceId: number): Promise<void>;
}

export type FromBalance = ReturnType<typeof createFromBalance>;

/** What a client does with the gateway ClientBalance (invoicing spec 12.3). */
export function createFromBalance({ clients, gateways, payWithCredit, approve, runTasks }: Needs) {
  async function payable(ctx: Context<ClientActor>, hash: string, gatewayId: number): Promise<Invoice> {
    const stored = await gateways.find(ctx, gatewayId);
    const adapter = stored && gateways.adapterOf(stored);
    if (stored === undefined || adapter === undefined || houseOf(adapter)?.vouchedBy !== 'client')
      throw notFound('payment.gateway_unknown', 'Payment method not found');
    if (!stored.isEnabled) throw conflict('payment.balance_off', 'ClientBalance gateway is not enabled');
    const invoice = await invoices.findByHash(ctx.db, hash);
    if (invoice === undefined) throw notFound('payment.invoice_unknown', 'Invoice not found');
    if (invoice.clientId !== ctx.actor.id)
      throw forbidden('payment.not_own', 'You are not authorized to pay this invoice with client balance.');
    if (isDeposit(invoice))
      throw conflict('payment.deposit', 'You may not pay a deposit invoice with this payment gateway.');
    if (invoice.gatewayId !== gatewayId && !(await wasChosen(ctx, invoice, gatewayId)))
      throw conflict('payment.not_chosen', 'Invoice is not configured to use this payment gateway.');
    return invoice;
  }

  return {
    payable,

    /** The id of the transaction; said again for an invoice that is paid by now, the same one. */
    async pay(ctx: Context<ClientActor>, hash: string, gatewayId: number): Promise<number> {
      const seen = await payable(ctx, hash, gatewayId);
      const txnKey = keyOf('balance', String(seen.id));
      if (!seen.isApproved && seen.status === 'unpaid') await approve(ctx, seen.id);
      const id = await atomic(ctx, async (tx) => {
        await clients.lockBalance(tx, tx.actor.id);
        const invoice = await invoices.findForUpdate(tx.db, seen.id);
        const done = await transactions.findByKey(tx.db, gatewayId, txnKey);
        if (done !== undefined && invoice?.status === 'paid') return done.id;
        if (invoice?.status !== 'unpaid')
          throw conflict('payment.not_unpaid', `Invoice is ${invoice?.status ?? 'gone'} and cannot be paid`);
        const { due } = totalsOf(invoice);
        if (!(await payWithCredit(tx, invoice.id)))
          throw conflict('payment.balance_short', 'Your account balance is insufficient to cover this invoice.');
        for (const asked of await askedFor.listOpenOf(tx.db, invoice.id))
          if (asked.gatewayId === gatewayId) await askedFor.end(tx.db, asked.id, { status: 'paid', now: tx.now });
        const words = { amount: due, type: 'payment', status: 'processed', booking: 'entered', ip: tx.ip } as const;
        const call = { source: 'client', get: null, post: null, raw: null, server: null } as const;
        const row = {
          ...words,
          call,
          invoiceId: invoice.id,
          gatewayId,
          txnKey: done === undefined ? txnKey : undefined,
        };
        return transactions.insert(tx.db, row, tx.now);
      });
      await runTasks(ctx, seen.id);
      return id;
    },
  };
}

/** Chosen on the invoice, or on the page that asked for this payment. */
const wasChosen = async (ctx: Context, { id }: Invoice, gatewayId: number): Promise<boolean> =>
  (await askedFor.listOf(ctx.db, id)).some((one) => one.gatewayId === gatewayId);
