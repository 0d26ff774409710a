import { setTimeout as sleep } from 'node:timers/promises';
import { DAY, later } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import type { AppError } from '#core/error';
import { money, zero, type Money } from '#core/money';
import type { BalanceLine, BalanceService, ClientService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import type { Invoicing } from '#modules/invoice/contract';
import { refusal, wrongField } from '../failure.ts';
import type { ChainRules, ReadRules } from '../rules.ts';
import type { Signed } from './chain.ts';
import { createChainNode, NodeRefusal, type ChainNode } from './node.ts';
import * as topups from './repository.ts';
import type { Topup } from './repository.ts';

export interface Prepared {
  readonly transaction: string;
  readonly memo: string;
  readonly amountMicro: number;
  readonly destination: string;
  readonly blockhash: string;
  readonly lastValidBlockHeight: number;
}

export interface Credited {
  readonly amount: Money;
  readonly balance: Money;
  readonly invoiceId: number;
  readonly signature: string;
}

export interface Movement extends BalanceLine {
  readonly invoiceId: number | undefined;
  readonly signature: string | undefined;
}

/** Funds by a transfer of USDC (spec 11). */
export interface Topups {
  prepare(ctx: Context, clientId: number, wallet: string, amountMicro: number): Promise<Prepared>;
  /** Broadcasts what the wallet signed, waits until it is final, and credits once. Calling again is safe. */
  confirm(
    ctx: Context,
    clientId: number,
    sent: { readonly transaction: string; readonly wallet: string; readonly amountMicro: number },
  ): Promise<Credited>;
  history(ctx: Context, clientId: number, isCredit: boolean | undefined, request: PageRequest): Promise<Page<Movement>>;
  removeAllOf(tx: Tx, clientId: number): Promise<void>;
  purge(ctx: Context): Promise<void>;
}

interface Needs {
  readonly rules: ReadRules;
  readonly clients: ClientService;
  readonly balances: BalanceService;
  readonly currencies: CurrencyService;
  readonly invoices: Invoicing;
}

const DOLLAR = 'USD';
const MICRO_PER_CENT = 10_000;
const KEPT_DAYS = 30;
const CHUNK = 500;
/** How the ledger names it. */
const LEDGER_TYPE = 'solana';

export function createTopups({ rules, clients, balances, currencies, invoices }: Needs): Topups {
  return {
    async prepare(ctx, clientId, wallet, amountMicro) {
      const chain = await chainOf(ctx);
      await creditOf(ctx, clientId, amountMicro); // refuses now what could not be booked later
      const { blockhash, lastValidBlockHeight } = await createChainNode(chain.url).latestBlockhash();
      const { buildTransfer } = await import('./chain.ts');
      const { mint, destination } = chain;
      const transfer = { wallet, mint, destination, amountMicro, blockhash, lastValidBlockHeight };
      for (let seconds = Math.floor(ctx.now.getTime() / 1000); ; seconds++) {
        const memo = `TopUp:${clientId}:${seconds}`;
        if (await topups.hasMemo(ctx.db, memo)) continue;
        const { transaction, messageHash } = await buildTransfer({ ...transfer, memo });
        try {
          const row = { clientId, wallet, amountMicro, memo, messageHash, lastValidBlockHeight };
          await atomic(ctx, (tx) => topups.insert(tx.db, row, tx.now));
        } catch (error) {
          if (isUniqueViolation(error)) continue;
          throw error;
        }
        return { transaction, memo, amountMicro, destination, blockhash, lastValidBlockHeight };
      }
    },

    async confirm(ctx, clientId, { transaction, wallet, amountMicro }) {
      const chain = await chainOf(ctx);
      const { readSigned } = await import('./chain.ts');
      const signed = readSigned(transaction);
      const topup = signed?.memo === undefined ? undefined : await topups.findByMemo(ctx.db, clientId, signed.memo);
      if (signed === undefined || topup === undefined) throw unknownTransaction();
      refuseMismatch(topup, signed, { wallet, amountMicro });
      const before = await creditedBefore(ctx, topup);
      if (before !== undefined) return before;

      const node = createChainNode(chain.url);
      await settleOnChain(node, chain, { transaction, signature: signed.signature, topup });
      const landed = await node.read(signed.signature);
      const read = landed && readSigned(landed.transaction);
      // What the chain has is what was prepared: the same wallet, memo, mint, amount and destination, byte for byte.
      if (landed?.hasFailed !== false || read?.messageHash !== topup.messageHash || !read.isSignedBy(topup.wallet))
        throw failed();
      return credit(ctx, topup, signed.signature);
    },

    async history(ctx, clientId, isCredit, request) {
      const page = await balances.history(ctx, { clientId, isCredit }, request);
      const idOf = ({ type, relId }: BalanceLine): number | undefined =>
        (type === LEDGER_TYPE || type === 'invoice') && relId !== undefined ? Number(relId) : undefined;
      const found = await topups.listByInvoice(
        ctx.db,
        page.items.flatMap((line) => idOf(line) ?? []),
      );
      return {
        ...page,
        items: page.items.map((line) => {
          const invoiceId = idOf(line);
          const isTopup = line.type === LEDGER_TYPE;
          return { ...line, invoiceId, signature: isTopup ? found.get(invoiceId ?? 0)?.signature : undefined };
        }),
      };
    },

    removeAllOf: (tx, clientId) => topups.removeOf(tx.db, clientId),
    async purge(ctx) {
      const before = later(ctx.now, -KEPT_DAYS * DAY);
      while ((await atomic(ctx, (tx) => topups.purge(tx.db, before, CHUNK))) === CHUNK);
    },
  };

  async function chainOf(ctx: Context): Promise<ChainRules> {
    const { chain } = await rules(ctx);
    if (chain === undefined) throw unavailable();
    return chain;
  }

  /** In one transaction: invoice, its payment, the ledger, and the mark that this transfer is credited. */
  async function credit(ctx: Context, topup: Topup, signature: string): Promise<Credited> {
    const { clientId } = topup;
    try {
      const invoiceId = await atomic(ctx, async (tx) => {
        await balances.lockBalance(tx, clientId);
        const current = await topups.findForUpdate(tx.db, topup.id);
        if (current === undefined) throw unknownTransaction();
        if (current.invoiceId !== undefined) return current.invoiceId;
        const amount = await creditOf(tx, clientId, topup.amountMicro);
        await clients.settleCurrency(tx, clientId, amount.currency);
        const line = {
          title: 'Top-up in USDC',
          price: amount,
          type: 'deposit',
          task: 'void',
          isCharged: true,
        } as const;
        const { id } = await invoices.issue(tx, { clientId, currency: amount.currency, lines: [line] });
        await invoices.approve(tx, id);
        await invoices.settle(tx, id, { source: 'gateway' });
        const entry = { clientId, amount, type: LEDGER_TYPE, relId: String(id) };
        await balances.book(tx, { ...entry, description: `Top-up in USDC, invoice #${id}` });
        await topups.credit(tx.db, topup.id, { signature, invoiceId: id, credited: amount }, tx.now);
        await tx.record(`Credited a top-up of client #${clientId}`);
        return id;
      });
      await invoices.runTasks(ctx, invoiceId);
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    const done = await atomic(ctx, (tx) => topups.findForUpdate(tx.db, topup.id));
    const result = done && (await creditedBefore(ctx, done));
    if (result === undefined) throw unknownTransaction();
    return result;
  }

  async function creditedBefore(ctx: Context, topup: Topup): Promise<Credited | undefined> {
    const { credited, invoiceId, signature, clientId } = topup;
    if (credited === undefined || invoiceId === undefined || signature === undefined) return undefined;
    const balance = (await balances.balanceOf(ctx, clientId)) ?? zero(credited.currency);
    return { amount: credited, balance, invoiceId, signature };
  }

  /** A dollar a coin, at the engine's rate where the client has another currency. */
  async function creditOf(ctx: Context, clientId: number, amountMicro: number): Promise<Money> {
    const dollars = money(Math.round(amountMicro / MICRO_PER_CENT), DOLLAR);
    const base = await currencies.default(ctx);
    const code = (await clients.get(ctx, clientId)).currency ?? base.code;
    if (code === DOLLAR) return dollars;
    const [dollar, own] = await Promise.all([currencies.find(ctx, DOLLAR), currencies.find(ctx, code)]);
    if (dollar === undefined || own === undefined) throw unavailable();
    return currencies.fromDefault(currencies.toDefault(dollars, dollar, base.code), own);
  }
}

function refuseMismatch(
  topup: Topup,
  signed: Signed,
  { wallet, amountMicro }: { readonly wallet: string; readonly amountMicro: number },
): void {
  if (topup.wallet !== wallet) throw wrongField('wallet_address', 'The transfer was prepared for another wallet.');
  if (topup.amountMicro !== amountMicro) throw wrongField('amount', 'The transfer was prepared for another amount.');
  if (topup.messageHash !== signed.messageHash)
    throw wrongField('transaction', 'This is not the transaction that was prepared.');
  if (!signed.isSignedBy(wallet)) throw wrongField('transaction', 'The transaction is not signed by the wallet.');
}

/** Returns once the transaction is final. */
async function settleOnChain(
  node: ChainNode,
  { waitMs, pollMs }: ChainRules,
  {
    transaction,
    signature,
    topup,
  }: { readonly transaction: string; readonly signature: string; readonly topup: Topup },
): Promise<void> {
  const end = performance.now() + waitMs;
  let status = await node.status(signature);
  if (status === undefined) {
    try {
      await node.broadcast(transaction);
    } catch (error) {
      if (!(error instanceof NodeRefusal)) throw error;
      if (/blockhash/i.test(error.message)) throw expired();
      if (!/already (been )?processed/i.test(error.message)) throw failed();
    }
  }
  for (;;) {
    status = await node.status(signature);
    if (status?.hasFailed === true) throw failed();
    if (status?.isFinal === true) return;
    if (status === undefined && (await node.blockHeight()) > topup.lastValidBlockHeight) throw expired();
    if (performance.now() + pollMs > end)
      throw refusal('conflict', 'confirmation_timeout', 'The transaction is not final yet. Please confirm again.');
    await sleep(pollMs);
  }
}

const unknownTransaction = (): AppError => wrongField('transaction', 'This is not a transaction that was prepared.');
const expired = (): AppError => refusal('conflict', 'transaction_expired', 'The transaction expired before it landed.');
const failed = (): AppError => refusal('conflict', 'transaction_failed', 'The transaction failed on the chain.');
const unavailable = (): AppError => refusal('conflict', 'topup_unavailable', 'Top-up is not available.');
