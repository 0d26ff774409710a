import { Type, type Static } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { adminEndpoint, Done, done, file } from '#core/endpoint';
import { csvOf, everyPage, ROWS, sortable } from '#core/listing';
import { Anything, listed, MapOf } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import { titlesOf, type adminTransactionApi } from './api/admin-transaction.ts';
import type { InstalledGateways } from './gateway/service.ts';
import type { Transaction } from './transaction/repository.ts';
import * as wire from './transaction/schema.ts';
import type { Transactions } from './transaction/service.ts';

export interface TransactionPanelParts {
  readonly transactions: Transactions;
  readonly gateways: InstalledGateways;
  readonly admin: ReturnType<typeof adminTransactionApi>;
  writeTime(time: Date): string;
}

const Shown = MapOf(Anything());
const List = sortable(wire.TransactionsInput);
const LIST = '/admin/invoice/transactions';
const COLUMNS = [
  'id', 'invoice_id', 'gateway', 'txn_id', 'txn_status', 'type', 'status', 'amount', 'currency', 'error', 'note',
  'created_at', 'updated_at',
]; // prettier-ignore

/** What gateways and staff said about money, as staff see and handle it. */
export function transactionPages({ transactions, gateways, admin, writeTime }: TransactionPanelParts): readonly Page[] {
  async function rowsOf(ctx: Context, items: readonly Transaction[]) {
    const titles = await titlesOf(ctx, gateways, items);
    return items.map((one) => wire.presentForPanel(one, titles.get(one.gatewayId ?? 0)));
  }
  const choices = async (ctx: Context) => (await gateways.listAll(ctx)).map(({ id, title }) => [String(id), title]);

  const list = adminEndpoint({
    summary: 'Transactions, as staff filter and sort them.',
    permission: 'manage_transactions',
    input: List,
    output: Shown,
    async handle(ctx, input: Static<typeof List>) {
      const request = { page: input.page, perPage: ROWS, sort: input.sort };
      const found = await transactions.list(ctx, wire.toTransactionFilter(input), request);
      const counts = wire.presentCounts(await transactions.countByStatus(ctx));
      return {
        ...listed({ ...found, items: await rowsOf(ctx, found.items) }, (row) => row),
        counts,
        statuses: Object.keys(wire.STATUS_PAIRS),
        types: Object.keys(wire.TYPES),
      };
    },
  });

  const exportList = adminEndpoint({
    summary: 'Transactions as a CSV file, filtered as the list is.',
    permission: 'manage_transactions',
    input: List,
    output: Type.String(),
    async handle(ctx, input: Static<typeof List>) {
      async function* rows() {
        const filter = wire.toTransactionFilter(input);
        for await (const items of everyPage((request) => transactions.list(ctx, filter, request)))
          yield await rowsOf(ctx, items);
      }
      return file('transactions.csv', 'text/csv; charset=utf-8', csvOf(COLUMNS, rows(), writeTime));
    },
  });

  const fresh = adminEndpoint({
    summary: 'The form to enter a transaction.',
    permission: 'manage_transactions',
    input: Type.Object({}),
    output: Shown,
    handle: async (ctx) => ({ gateways: await choices(ctx) }),
  });

  const one = adminEndpoint({
    summary: 'A transaction, with the call it came with.',
    permission: 'manage_transactions',
    input: Type.Object(wire.OneTransaction),
    output: Shown,
    async handle(ctx, { id }) {
      const found = await transactions.get(ctx, id);
      const titles = await titlesOf(ctx, gateways, [found]);
      const title = titles.get(found.gatewayId ?? 0);
      const { ipn } = wire.presentSingle(found, title);
      return {
        ...wire.presentForPanel(found, title),
        call: ipn && JSON.stringify(ipn, null, 2),
        isProcessed: found.status === 'processed',
        gateways: [['', '–'], ...(await choices(ctx))],
      };
    },
  });

  const amend = adminEndpoint({
    summary: 'Rewrite a transaction; what is left empty stays.',
    permission: 'manage_transactions',
    input: wire.AmendmentInput,
    output: Done,
    handle: (ctx, { invoice_id, gateway_id, txn_id, ...sent }) =>
      done(
        transactions.amend(ctx, sent.id, {
          ...wire.toAmendment(sent),
          invoiceId: invoice_id || undefined,
          gatewayId: gateway_id || undefined,
          txnId: txn_id || undefined,
        }),
      ),
  });

  const at = '/invoice/transactions/:id';
  const then = `/admin${at}`;
  return [
    { role: 'admin', route: 'GET /invoice/transactions', endpoint: list, view: 'admin/transactions' },
    { role: 'admin', route: 'GET /invoice/transactions/csv', endpoint: exportList },
    { role: 'admin', route: 'POST /invoice/transactions/process', endpoint: admin.transaction_process_all, then: LIST, says: 'txn.allProcessed' },
    { role: 'admin', route: 'GET /invoice/transactions/new', endpoint: fresh, view: 'admin/new-transaction' },
    { role: 'admin', route: 'POST /invoice/transactions/new', endpoint: admin.transaction_create, leavesFor: (id) => `${LIST}/${String(id)}`, says: 'txn.added' },
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/transaction' },
    { role: 'admin', route: `POST ${at}`, endpoint: amend, then, says: 'txn.saved' },
    { role: 'admin', route: `POST ${at}/process`, endpoint: admin.transaction_process, then },
    { role: 'admin', route: `POST ${at}/delete`, endpoint: admin.transaction_delete, then, says: 'txn.removed' },
  ]; // prettier-ignore
}

export const transactionMenu: readonly MenuEntry[] = [
  { role: 'admin', title: 'txn.title', href: LIST, order: 220, permission: 'manage_transactions', group: 'sales' },
];
