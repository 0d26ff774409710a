import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { adminEndpoint, clientEndpoint, Done, done } from '#core/endpoint';
import { Id, List, listed, MapOf, PageOf, pageRequest, required } from '#core/schema';
import type { InstalledGateways } from '../gateway/service.ts';
import type { Transaction } from '../transaction/repository.ts';
import * as wire from '../transaction/schema.ts';
import type { Transactions } from '../transaction/service.ts';

interface Parts {
  readonly transactions: Transactions;
  readonly gateways: InstalledGateways;
}

const Names = MapOf(Type.String());
const names = (summary: string, pairs: Record<string, string>) =>
  adminEndpoint({ summary, permission: 'view', input: Type.Object({}), output: Names, handle: async () => pairs });

export const adminTransactionApi = ({ transactions, gateways }: Parts) => ({
  transaction_process_all: adminEndpoint({
    summary: 'Process every received transaction; each failure is noted on its row.',
    permission: 'manage_transactions',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => done(transactions.processAll(ctx)),
  }),

  transaction_process: adminEndpoint({
    summary: 'Book what a transaction says. One that is processed is left alone.',
    permission: 'manage_transactions',
    input: Type.Object(wire.OneTransaction),
    output: Done,
    handle: (ctx, { id }) => done(transactions.process(ctx, id)),
  }),

  transaction_update: adminEndpoint({
    summary: 'Rewrite a transaction; no money moves.',
    permission: 'manage_transactions',
    input: wire.AmendmentInput,
    output: Done,
    handle: (ctx, input) => done(transactions.amend(ctx, input.id, wire.toAmendment(input))),
  }),

  transaction_create: adminEndpoint({
    summary: 'Enter a transaction. The same payment or the same call answers the row it has already.',
    permission: 'manage_transactions',
    input: wire.EntryInput,
    output: Type.Integer(),
    handle: (ctx, input) => transactions.create(ctx, wire.toEntry(input)),
  }),

  transaction_delete: adminEndpoint({
    summary: 'Delete a transaction; what it booked stays.',
    permission: 'manage_transactions',
    input: Type.Object(wire.OneTransaction),
    output: Done,
    handle: (ctx, { id }) => done(transactions.remove(ctx, id)),
  }),

  batch_delete_transaction: adminEndpoint({
    summary: 'Delete transactions one by one; the first that fails ends it.',
    permission: 'manage_transactions',
    input: Type.Object({ ids: required('IDs were not passed', List(Id)) }),
    output: Done,
    handle: async (ctx, { ids }) => {
      for (const id of ids) await transactions.remove(ctx, id);
      return true as const;
    },
  }),

  transaction_get: adminEndpoint({
    summary: 'One transaction with the call it came with.',
    permission: 'manage_transactions',
    input: Type.Object(wire.OneTransaction),
    output: wire.SingleTransaction,
    handle: async (ctx, { id }) => {
      const transaction = await transactions.get(ctx, id);
      const titles = await titlesOf(ctx, gateways, [transaction]);
      return wire.presentSingle(transaction, titles.get(transaction.gatewayId ?? 0));
    },
  }),

  transaction_get_list: adminEndpoint({
    summary: 'Transactions, newest first.',
    permission: 'manage_transactions',
    input: wire.TransactionsInput,
    output: PageOf(wire.TransactionView),
    handle: async (ctx, input) => {
      const page = await transactions.list(ctx, wire.toTransactionFilter(input), pageRequest(input));
      const titles = await titlesOf(ctx, gateways, page.items);
      return listed(page, (one) => wire.presentTransaction(one, titles.get(one.gatewayId ?? 0)));
    },
  }),

  transaction_get_statuses: adminEndpoint({
    summary: 'How many transactions are in each status.',
    permission: 'view',
    input: Type.Object({}),
    output: wire.StatusCounts,
    handle: async (ctx) => wire.presentCounts(await transactions.countByStatus(ctx)),
  }),

  transaction_get_statuses_pairs: names('Names of the statuses.', wire.STATUS_PAIRS),
  transaction_statuses: names('Names of the statuses, in other words.', wire.STATUS_TITLES),
  transaction_gateway_statuses: names('Names of the statuses that gateways give.', wire.GATEWAY_STATUSES),
  transaction_types: names('Names of the types.', wire.TYPES),

  transaction_claim_for_processing: adminEndpoint({
    summary: 'Take up a transaction unless somebody else has.',
    permission: 'manage_transactions',
    input: Type.Object({ id: required('Transaction ID is required', Id) }),
    output: Type.Boolean(),
    handle: (ctx, { id }) => transactions.claim(ctx, id),
  }),
});

/** What clients see of the payments for their own invoices. */
export const clientTransactionApi = ({ transactions, gateways }: Parts) => ({
  transaction_get_list: clientEndpoint({
    summary: 'Processed payments of own invoices, newest first.',
    input: wire.OwnTransactionsInput,
    output: PageOf(wire.TransactionView),
    handle: async (ctx, input) => {
      const own = { ...wire.toTransactionFilter(input), id: undefined, status: 'processed', clientId: ctx.actor.id };
      const page = await transactions.list(ctx, own, pageRequest(input));
      const titles = await titlesOf(ctx, gateways, page.items);
      return listed(page, (one) => wire.presentTransaction(one, titles.get(one.gatewayId ?? 0)));
    },
  }),
});

export async function titlesOf(
  ctx: Context,
  gateways: InstalledGateways,
  rows: readonly Transaction[],
): Promise<ReadonlyMap<number, string>> {
  const found = await gateways.listByIds(
    ctx,
    rows.flatMap(({ gatewayId }) => gatewayId ?? []),
  );
  return new Map([...found].map(([id, { title }]) => [id, title]));
}
