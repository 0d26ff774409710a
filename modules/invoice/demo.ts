import { later, MINUTE } from '#core/clock';
import { atomic, type Tx } from '#core/context';
import type { Demo, DemoRun } from '#core/demo';
import { money, zero, type Money } from '#core/money';
import { randomHex } from '#core/secret';
import type { SettingStore } from '#core/settings';
import type { BalanceService, ClientService, NewBalanceLine } from '#modules/client/contract';
import type { Currency, CurrencyService } from '#modules/currency/contract';
import type { OrderService } from '#modules/order/contract';
import type { ProductService } from '#modules/product/contract';
import { billOf, type Bill } from './demo-bill.ts';
import { planInvoices } from './demo-plan.ts';
import * as demo from './repository-demo.ts';
import * as numbers from './repository-number.ts';
import type { InvoiceHead } from './repository.ts';
import { COUNTER, readRules, type Rules } from './rules.ts';
import { buyerOf } from './snapshot.ts';
import * as subscriptions from './subscription/repository.ts';
import { totalsOf } from './totals.ts';
import { keyOf, type NewTransaction } from './transaction/repository.ts';

interface Needs {
  readonly clients: ClientService & BalanceService;
  readonly currencies: CurrencyService;
  readonly orders: OrderService;
  readonly products: ProductService;
  readonly settings: SettingStore;
}

/** An invoice with what it comes to. */
interface Sum {
  readonly bill: Bill;
  readonly head: InvoiceHead;
  readonly total: Money;
}

/** What is the same for all. */
interface Shop {
  readonly rules: Rules;
  readonly currencyOf: ReadonlyMap<string, Currency>;
  readonly base: Currency;
  readonly gateway: { readonly id: number; readonly title: string } | undefined;
  readonly firstNumber: number;
  readonly isFirst: boolean;
}

/** The bills of the story with the money behind them. Hashes are drawn like all others: they open something. */
export function invoiceDemo({ clients, currencies, orders, products, settings }: Needs): Demo {
  return {
    noun: 'invoices',
    count: (ctx) => demo.countInvoices(ctx.db),

    async fill(run) {
      const { ctx } = run;
      const plan = await planInvoices(run, orders);
      const shop = await openShop(run);
      const firstId = await demo.nextInvoiceId(ctx.db);
      run.made.set('invoice', { first: firstId, count: plan.count });
      await run.inPieces(
        plan.count,
        async (from, size) => {
          const due = Array.from({ length: size }, (_, index) => ({ id: firstId + from + index, ...plan.at(from + index) })); // prettier-ignore
          const found = await orders.findAll(ctx, [...new Set(due.flatMap(({ orderId }) => orderId || []))]);
          const owner = due.map(({ orderId, id }) => found.get(orderId)?.clientId ?? someClient(run, id));
          const people = await clients.summaries(ctx, [...new Set(owner)]);
          const shelf = await products.findAll(ctx, [
            ...new Set([...found.values()].map(({ productId }) => productId)),
          ]);
          return due.flatMap(({ id, occasion, orderId, at }, index): Sum[] => {
            const client = people.get(owner[index] ?? 0);
            if (client === undefined) return [];
            const order = found.get(orderId);
            const product = shelf.get(order?.productId ?? 0);
            const currency = shop.currencyOf.get(order?.currency ?? '') ?? shop.base;
            const setupPrice =
              product && currencies.fromDefault(products.priceOf(product, order?.period).setup, currency);
            return [summed(billOf(run, { id, occasion, at, order, client, setupPrice }), client, shop, firstId)];
          });
        },
        (tx, sums) => write(tx, run, sums, shop, firstId),
      );
      await atomic(ctx, (tx) => settings.saveParam(tx, COUNTER, String(shop.firstNumber + plan.count)));
    },
  };

  async function openShop({ ctx }: DemoRun): Promise<Shop> {
    const rules = await readRules(settings)(ctx);
    const stored = await settings.param(ctx, COUNTER);
    const wanted = /^\d{1,15}$/.test(stored ?? '') ? Number(stored) : await numbers.followLast(ctx.db);
    const serie = rules.series ?? '';
    const taken = await numbers.listTaken(ctx.db, serie, [wanted - 1, wanted]);
    const firstNumber = taken.has(wanted) ? (await numbers.last(ctx.db, serie)) + 1 : wanted;
    return {
      rules,
      currencyOf: new Map((await currencies.list(ctx)).map((one) => [one.code, one])),
      base: await currencies.default(ctx),
      gateway: await demo.findFirstGateway(ctx.db),
      firstNumber,
      isFirst: firstNumber === wanted && !taken.has(wanted - 1),
    };
  }

  function summed(bill: Bill, client: Parameters<typeof buyerOf>[0], shop: Shop, firstId: number): Sum {
    const { id, clientId, currency, taxName, taxRate, status, at, dueAt, paidAt } = bill;
    const { rules, base, gateway } = shop;
    const credit = zero(currency);
    const lines = bill.lines.map((line) => ({ ...line, quantity: line.quantity ?? 1, isTaxed: line.isTaxed ?? false }));
    const { total, subtotal } = totalsOf({ lines, currency, taxRate, credit });
    const rate = shop.currencyOf.get(currency) ?? base;
    const isPaid = status === 'paid';
    return {
      bill,
      total,
      head: {
        id,
        clientId,
        serie: isPaid ? rules.paidSeries : rules.series,
        nr: String(shop.firstNumber + id - firstId),
        hash: randomHex(48),
        hashExpiresAt: rules.hashExpiry(at),
        currency,
        currencyRate: isPaid ? rate.rateText : undefined,
        status,
        isApproved: true,
        refundOf: undefined,
        gatewayId: bill.source === 'gateway' && isPaid ? gateway?.id : undefined,
        taxName,
        taxRate,
        notes: rules.note,
        text1: undefined,
        text2: undefined,
        seller: rules.seller,
        buyer: buyerOf(client),
        credit,
        refund: bill.isRefunded ? total : credit,
        baseIncome: isPaid ? currencies.toDefault(subtotal, rate, base.code) : undefined,
        baseRefund: undefined,
        dueAt,
        remindedAt: undefined,
        paidAt,
        createdAt: at,
        updatedAt: paidAt ?? at,
      },
    };
  }

  async function write(tx: Tx, run: DemoRun, sums: readonly Sum[], shop: Shop, firstId: number): Promise<void> {
    const serie = shop.rules.series ?? '';
    await demo.insertInvoices(
      tx.db,
      sums.map(({ head }) => head),
    );
    await demo.insertLines(
      tx.db,
      sums.flatMap(({ bill: { id, lines, at } }) =>
        lines.map((line) => ({ invoiceId: id, line, at, attempts: line.status === 'failed' ? 3 : 0 })),
      ),
    );
    await demo.insertNumbers(
      tx.db,
      sums.map(({ bill: { id, at } }) => ({
        serie,
        number: shop.firstNumber + id - firstId,
        invoiceId: id,
        isFirst: shop.isFirst && id === firstId,
        at,
      })),
    );
    await bookMoney(tx, run, sums, shop);
    for (const { bill } of sums) await connect(tx, bill, shop);
  }

  async function bookMoney(tx: Tx, run: DemoRun, sums: readonly Sum[], { gateway }: Shop): Promise<void> {
    const ledger: Parameters<typeof demo.insertPayments>[1][number][] = [];
    const transactions: (NewTransaction & { id: number; at: Date; line?: number })[] = [];
    const balance: (NewBalanceLine & { at: Date })[] = [];
    let transactionId = await demo.nextTransactionId(tx.db);
    for (const { bill, head, total } of sums) {
      const { id: invoiceId, clientId, paidAt: at } = bill;
      if (at === undefined || total.amount === 0) continue;
      const source = gateway === undefined && bill.source === 'gateway' ? 'staff' : bill.source;
      const isBooked = source === 'gateway';
      const isEntered = source === 'staff' && gateway !== undefined;
      const id = isBooked || isEntered ? transactionId++ : undefined;
      const number = head.nr ?? String(invoiceId);
      const out = { clientId, type: 'invoice', relId: String(invoiceId), at, amount: money(-total.amount, total.currency), description: `Payment for invoice #${number} using account credit.` }; // prettier-ignore
      if (id !== undefined && gateway !== undefined) {
        const txnId = `DEMO-${run.draw('transaction', id).int(0x1000_0000, 0x7fff_ffff).toString(36).toUpperCase()}-${id}`;
        transactions.push({
          id,
          invoiceId,
          gatewayId: gateway.id,
          txnId,
          txnKey: keyOf('payment', txnId),
          txnStatus: isBooked ? 'complete' : undefined,
          amount: total,
          type: isBooked ? 'payment' : undefined,
          status: 'processed',
          ip: undefined,
          note: isBooked ? undefined : `${gateway.title} transaction No: ${txnId}`,
          booking: isBooked ? 'ledger' : 'entered',
          ...(isBooked && { line: balance.length }),
          at,
        });
        if (isBooked) {
          balance.push({ clientId, type: 'transaction', relId: String(id), at, amount: total, description: `${gateway.title} transaction No: ${txnId}` }); // prettier-ignore
          if (!bill.isDeposit) balance.push(out);
        }
      }
      if (source === 'credit') {
        balance.push({ clientId, type: 'gift', at: later(at, -MINUTE), amount: total, description: 'Funds received in the shop.' }); // prettier-ignore
        balance.push(out);
      }
      const paid = { invoiceId, clientId, source, gatewayId: isBooked || isEntered ? gateway?.id : undefined, transactionId: id, amount: total, at }; // prettier-ignore
      ledger.push(paid);
      if (bill.isRefunded)
        ledger.push({
          ...paid,
          source: 'staff',
          transactionId: undefined,
          amount: money(-total.amount, total.currency),
        });
    }
    const lineIds = await clients.bookAll(tx, balance);
    await demo.insertTransactions(
      tx.db,
      transactions.map(({ line, ...row }) => ({
        ...row,
        balanceLineId: line === undefined ? undefined : lineIds[line],
      })),
    );
    await demo.insertPayments(tx.db, ledger);
  }

  /** What the order, the promo and the subscription know of it. */
  async function connect(tx: Tx, bill: Bill, { gateway }: Shop): Promise<void> {
    const { id, order, clientId, at, status, paidAt } = bill;
    if (order === undefined) return;
    const then = { ...tx, now: at };
    if (status === 'unpaid') await orders.linkInvoice(then, [order.id], id);
    const { promoId, discount } = order;
    if (bill.phase !== undefined && promoId !== undefined && discount !== undefined)
      await products.promos.redeem(
        { ...tx, now: paidAt ?? at },
        {
          promoId,
          clientId,
          orderId: order.id,
          invoiceId: id,
          phase: bill.phase,
          status: status === 'paid' ? 'committed' : 'reserved',
          discount,
        },
      );
    if (bill.isSubscribed)
      await subscriptions.insert(
        tx.db,
        {
          clientId,
          gatewayId: gateway?.id,
          sid: `DEMO-SUB-${id}`,
          relType: 'invoice',
          relId: id,
          period: order.period,
          amount: order.price,
          currency: order.currency,
          status: order.status === 'active' ? 'active' : 'canceled',
        },
        at,
      );
  }
}

const someClient = (run: DemoRun, id: number): number => {
  const { first, count } = run.made.get('client') ?? { first: 0, count: 0 };
  const share = (id - (run.made.get('invoice')?.first ?? 0)) / Math.max(run.sizes.invoices, 1);
  return first + run.draw('payer', id).int(0, Math.max(0, Math.floor((count - 1) * share)));
};
