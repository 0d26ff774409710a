import { Type } from '@sinclair/typebox';
import { clientEndpoint, type Endpoint } from '#core/endpoint';
import { isNegative, money, toNumber } from '#core/money';
import { fieldOf, Misfit, Or } from '#core/schema';
import { Answer } from '../answer.ts';
import { Line, Paging, Wallet, Word } from '../field.ts';
import { said, time } from '../format.ts';
import { referenceOf } from '../invoice/reference.ts';
import { Pagination, pagination } from '../paging.ts';
import type { Movement, Topups } from './service.ts';

const LEAST = 5_000_000;
const MOST = 10_000_000_000;

/** Coins, kept as millionths: what has more decimals is none. */
const Coins = (most: number) =>
  fieldOf<number>({ type: 'integer' }, (value) => {
    const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : '';
    const [, whole, decimals = ''] = /^(\d{1,12})(?:\.(\d{1,6})0*)?$/.exec(text) ?? [];
    if (whole === undefined) throw new Misfit('This must be an amount with at most 6 decimals.');
    const micro = Number(whole) * 1_000_000 + Number(decimals.padEnd(6, '0'));
    if (micro < LEAST) throw new Misfit('This must be at least 5.');
    if (micro > most) throw new Misfit('This must be at most 10000.');
    return micro;
  });

const MovementView = Type.Object({
  id: Type.Integer(),
  type: Type.String(),
  amount: Type.Number(),
  description: Type.String(),
  invoice_reference: Or(Type.String()),
  transaction_signature: Or(Type.String()),
  created_at: Type.String(),
});
const presentMovement = ({ id, amount, description, invoiceId, signature, createdAt }: Movement) => ({
  id,
  type: isNegative(amount) ? 'deduction' : 'credit',
  amount: toNumber(money(Math.abs(amount.amount), amount.currency)),
  description: description ?? '',
  invoice_reference: invoiceId === undefined ? null : referenceOf(invoiceId),
  transaction_signature: signature ?? null,
  created_at: time(createdAt),
});

/** Adding to the balance (spec 11). */
export const topupRoutes = (topups: Topups): Readonly<Record<string, Endpoint>> => ({
  'POST /topup/prepare': clientEndpoint({
    summary: 'A transfer of USDC for the wallet to sign.',
    input: Type.Object({ amount: Coins(MOST), wallet_address: Wallet }),
    output: Answer(
      Type.Object({
        transaction: Type.String(),
        memo: Type.String(),
        amount_usdc: Type.Number(),
        amount_micro_usdc: Type.Integer(),
        destination_wallet: Type.String(),
        blockhash: Type.String(),
        last_valid_block_height: Type.Integer(),
      }),
    ),
    handle: async (ctx, { amount, wallet_address: wallet }) => {
      const prepared = await topups.prepare(ctx, ctx.actor.id, wallet, amount);
      return said('Sign this transaction with your wallet.', {
        transaction: prepared.transaction,
        memo: prepared.memo,
        amount_usdc: prepared.amountMicro / 1_000_000,
        amount_micro_usdc: prepared.amountMicro,
        destination_wallet: prepared.destination,
        blockhash: prepared.blockhash,
        last_valid_block_height: prepared.lastValidBlockHeight,
      });
    },
  }),
  'POST /topup/confirm': clientEndpoint({
    summary: 'Broadcast a signed transfer and credit it.',
    input: Type.Object({ transaction: Line(4000), wallet_address: Wallet, amount: Coins(Number.MAX_SAFE_INTEGER) }),
    output: Answer(
      Type.Object({
        balance: Type.Number(),
        amount_credited: Type.Number(),
        invoice_reference: Type.String(),
        transaction_signature: Type.String(),
      }),
    ),
    handle: async (ctx, { transaction, wallet_address: wallet, amount: amountMicro }) => {
      const credited = await topups.confirm(ctx, ctx.actor.id, { transaction, wallet, amountMicro });
      return said('Balance credited.', {
        balance: toNumber(credited.balance),
        amount_credited: toNumber(credited.amount),
        invoice_reference: referenceOf(credited.invoiceId),
        transaction_signature: credited.signature,
      });
    },
  }),
  'GET /topup/history': clientEndpoint({
    summary: 'Every movement of the balance, newest first.',
    input: Type.Object({ type: Type.Optional(Word(['credit', 'deduction'])), ...Paging }),
    output: Answer(Type.Object({ history: Type.Array(MovementView), pagination: Pagination })),
    handle: async (ctx, { type, page, per_page: perPage }) => {
      const isCredit = type === undefined ? undefined : type === 'credit';
      const found = await topups.history(ctx, ctx.actor.id, isCredit, { page, perPage });
      return said('History.', { history: found.items.map(presentMovement), pagination: pagination(found) });
    },
  }),
});
