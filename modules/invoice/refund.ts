import { atomic, type Context, type Tx } from '#core/context';
import { conflict, invalidInput } from '#core/error';
import { applyRate, money, subtract, zero, type Money } from '#core/money';
import type { CurrencyService } from '#modules/currency/contract';
import { invoiceBeingRefunded, invoiceRefunded, type Invoice, type NewLine, type Payment } from './contract.ts';
import * as ledger from './ledger/repository.ts';
import * as lines from './line/repository.ts';
import type { Numbering } from './number.ts';
import type { TakenNumber } from './repository-number.ts';
import * as invoices from './repository.ts';
import { CREDIT_NOTE_COUNTER, type Rules } from './rules.ts';
import { serieNrOf } from './schema.ts';
import { get, getForUpdate, newHash, paidRate } from './service.ts';
import { percent, totalsOf } from './totals.ts';

interface Needs {
  readonly currencies: CurrencyService;
  readonly numbering: Numbering;
  rules(ctx: Context): Promise<Rules>;
}

export interface RefundOptions {
  /** With tax, in the currency of the invoice; absent: all that was not paid back yet. */
  readonly amount?: Money | undefined;
  readonly note?: string | undefined;
  /** How the money went back. */
  readonly payment?: Payment | undefined;
}

export type Refunds = ReturnType<typeof createRefunds>;

/** Documents about money that goes back (invoicing spec 5.11). No refund is more than what was paid, over all of them. */
export function createRefunds({ currencies, numbering, rules }: Needs) {
  return {
    /** The id of the credit note or negative invoice; undefined where staff write their own. Joins a transaction. */
    refund: (ctx: Context, id: number, { amount, note, payment }: RefundOptions = {}): Promise<number | undefined> =>
      atomic(ctx, async (tx) => {
        const invoice = await getForUpdate(tx, id);
        await tx.ask(invoiceBeingRefunded, { invoiceId: id });
        const settings = await rules(tx);
        const { total } = totalsOf(invoice);
        if (settings.refundLogic !== 'manual' && total.amount <= 0)
          throw conflict('invoice.refund_negative', 'Cannot refund invoice with negative amount');
        if (invoice.status !== 'paid') throw conflict('invoice.refund_unpaid', 'Only a paid invoice can be refunded');
        const left = subtract(total, invoice.refund);
        const returned = amount ?? left;
        if (returned.currency !== invoice.currency || returned.amount <= 0 || returned.amount > left.amount)
          throw left.amount <= 0
            ? conflict('invoice.refunded', 'The invoice is refunded already')
            : invalidInput(
                'invoice.refund_amount',
                'The amount must be above zero and at most what was not refunded yet',
              );

        const refundId =
          settings.refundLogic === 'manual' ? undefined : await write(tx, invoice, settings, returned, note);
        const refund = money(invoice.refund.amount + returned.amount, invoice.currency);
        const told = refundId === undefined ? undefined : `Refund invoice #${refundId} generated.`;
        await invoices.update(tx.db, id, { refund, ...(told && { notes: added(invoice.notes, told) }) }, tx.now);
        await ledger.book(tx, {
          ...(payment ?? { source: 'staff' as const }),
          invoiceId: id,
          clientId: invoice.clientId,
          amount: subtract(zero(invoice.currency), returned),
        });
        await tx.emit(invoiceRefunded, { invoiceId: id, ...(refundId !== undefined && { refundId }) });
        await tx.record(`Refunded invoice #${id}`);
        return refundId;
      }),
  };

  async function write(
    tx: Tx,
    invoice: Invoice,
    settings: Rules,
    amount: Money,
    note: string | undefined,
  ): Promise<number> {
    const isNote = settings.refundLogic === 'credit_note';
    const serie = isNote ? settings.creditNoteSeries : settings.paidSeries;
    const number: TakenNumber | undefined = isNote ? await numbering.take(tx, CREDIT_NOTE_COUNTER, serie) : undefined;
    const isWhole = amount.amount === totalsOf(invoice).total.amount;
    const negated = isWhole ? invoice.lines.map(opposite) : partOf(invoice, amount);
    const base = await currencies.default(tx);
    const net = negated.reduce((total, { price, quantity = 1 }) => total + price.amount * quantity, 0);
    // At the rate of the payment, so that what came in and what went out cancel each other.
    const baseIncome = currencies.toDefault(money(net, invoice.currency), paidRate(invoice), base.code);
    const id = await invoices.insert(tx.db, {
      ...invoice,
      serie,
      nr: number && String(number.number),
      hash: newHash(),
      hashExpiresAt: settings.hashExpiry(tx.now),
      currencyRate: undefined,
      status: 'refunded',
      refundOf: serieNrOf(invoice, settings),
      isApproved: true,
      gatewayId: undefined,
      notes: added(`Refund for #${invoice.id} invoice.`, note),
      credit: zero(invoice.currency),
      refund: zero(invoice.currency),
      baseIncome,
      baseRefund: undefined,
      dueAt: undefined,
      remindedAt: undefined,
      paidAt: tx.now,
      createdAt: tx.now,
      updatedAt: tx.now,
    });
    if (number !== undefined) await numbering.keep(tx, number, id);
    await lines.insertAll(tx.db, id, negated, tx.now);
    return (await get(tx, id)).id;
  }
}

const opposite = (line: Invoice['lines'][number]): NewLine => ({
  ...line,
  price: money(-line.price.amount, line.price.currency),
  isCharged: true,
  status: 'executed',
});

/** Lines over a part of the total, taxed in the proportion of the whole; with their tax they add up to the part exactly. */
function partOf(invoice: Invoice, amount: Money): NewLine[] {
  const { currency, taxRate } = invoice;
  const { total } = totalsOf(invoice);
  const untaxed = invoice.lines
    .filter(({ isTaxed }) => !isTaxed)
    .reduce((sum, { price, quantity }) => sum + price.amount * quantity, 0);
  const title = `Part of invoice ${invoice.nr ?? invoice.id}`;
  const line = (price: number, isTaxed: boolean): NewLine => ({
    title,
    price: money(-price, currency),
    isTaxed,
    isCharged: true,
    status: 'executed',
  });
  const rate = percent(taxRate);
  const gross = applyRate(amount, { numerator: BigInt(total.amount - untaxed), denominator: BigInt(total.amount) });
  if (rate === undefined || gross.amount <= 0) return [line(amount.amount, false)];
  const whole = rate.denominator + rate.numerator;
  const net = applyRate(gross, { numerator: rate.denominator, denominator: whole });
  const rest = amount.amount - net.amount - applyRate(net, rate).amount;
  return rest === 0 ? [line(net.amount, true)] : [line(net.amount, true), line(rest, false)];
}

export const added = (text: string | undefined, more: string | undefined): string | undefined =>
  text === undefined || text === '' ? more : more === undefined || more === '' ? text : `${text}\n${more}`;
