import type { Knex } from 'knex';
import { latestFirst, paginateByKey, whereContains, type Page } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';
import type { Invoice, InvoiceFilter, InvoiceKind } from './contract.ts';
import * as invoices from './repository.ts';

/** Longer ones find nothing that exists. */
const LONGEST_SEARCH = 255;

/** One page, newest first: a count, the rows and their lines. `clientIds` are those that the filter's `client` stands for. */
export async function listPage(
  db: Knex,
  filter: InvoiceFilter,
  clientIds: readonly number[] | undefined,
  request: ListRequest,
): Promise<Page<Invoice>> {
  const found = await paginateByKey<invoices.Row, invoices.Row>(
    { db, query: narrowed(db, filter, clientIds) },
    sortingBy(request.sort, SORTABLE, 'invoice.id') ?? latestFirst('invoice.id'),
    request,
    (ids) => db('invoice').whereIn('invoice.id', ids),
    (row) => row,
  );
  return { ...found, items: await invoices.complete(db, found.items) };
}

const SORTABLE = {
  id: 'invoice.id',
  status: 'invoice.status',
  created_at: 'invoice.created_at',
  due_at: 'invoice.due_at',
  paid_at: 'invoice.paid_at',
};

function narrowed(db: Knex, filter: InvoiceFilter, clientIds: readonly number[] | undefined): Knex.QueryBuilder {
  const exact = Object.entries({
    'invoice.id': filter.id,
    'invoice.client_id': filter.clientId,
    'invoice.status': filter.status,
    'invoice.approved': filter.isApproved,
    'invoice.currency': filter.currency,
  }).filter((entry) => entry[1] !== undefined);
  const query: Knex.QueryBuilder = db('invoice').where(Object.fromEntries(exact) as Record<string, Knex.Value>);
  if (filter.nr !== undefined) {
    const { nr } = filter;
    void query.where((either) => {
      void either.where('invoice.nr', nr);
      if (isId(nr)) void either.orWhere('invoice.id', Number(nr));
    });
  }
  if (clientIds !== undefined) void query.whereIn('invoice.client_id', [...clientIds]);
  if (filter.orderId !== undefined)
    void query.whereIn(
      'invoice.id',
      db('invoice_item')
        .where({ type: 'order', rel_id: String(filter.orderId) })
        .select('invoice_id'),
    );
  if (filter.states !== undefined) inState(query, filter.states);
  if (filter.kind !== undefined) void query.whereExists(firstLine(db, filter.kind));
  if (filter.createdFrom !== undefined) void query.where('invoice.created_at', '>=', filter.createdFrom);
  if (filter.createdTo !== undefined) void query.where('invoice.created_at', '<', filter.createdTo);
  if (filter.paidFrom !== undefined) void query.where('invoice.paid_at', '>=', filter.paidFrom);
  if (filter.paidTo !== undefined) void query.where('invoice.paid_at', '<', filter.paidTo);
  if (filter.search !== undefined) searched(db, query, filter.search);
  return query;
}

function inState(query: Knex.QueryBuilder, states: NonNullable<InvoiceFilter['states']>): void {
  void query.where((any) => {
    if (states.length === 0) void any.whereRaw('1 = 0');
    for (const { status, isPartlyPaid } of states)
      void any.orWhere((one) => {
        void one.where('invoice.status', status);
        if (isPartlyPaid !== undefined) void one.where('invoice.credit_amount', isPartlyPaid ? '>' : '<=', 0);
      });
  });
}

/** The first line of an invoice, where it stands for this. */
function firstLine(db: Knex, kind: InvoiceKind): Knex.QueryBuilder {
  const query = db('invoice_item as line')
    .select('line.id')
    .whereRaw('line.invoice_id = invoice.id')
    .whereNotExists(
      db('invoice_item as before')
        .select('before.id')
        .whereRaw('before.invoice_id = invoice.id')
        .whereRaw('before.id < line.id'),
    );
  if (kind === 'deposit') return query.where('line.type', 'deposit');
  if (kind === 'custom') return query.whereNotIn('line.type', ['order', 'deposit']);
  const isRenewal = kind === 'renewal';
  return query.where('line.type', 'order').where('line.task', isRenewal ? '=' : '<>', 'renew');
}

function searched(db: Knex, query: Knex.QueryBuilder, text: string): void {
  if (text.length > LONGEST_SEARCH) {
    void query.whereRaw('1 = 0');
    return;
  }
  void query.where((either) => {
    const digits = text.replaceAll(/\D/g, '');
    if (isId(digits)) void either.where('invoice.id', Number(digits));
    void either
      .orWhere((number) => void whereContains(number, 'invoice.nr', text))
      .orWhereIn('invoice.id', whereContains(db('invoice_item').select('invoice_id'), 'title', text));
  });
}

const isId = (text: string): boolean => /^\d{1,15}$/.test(text);
