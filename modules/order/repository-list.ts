import type { Knex } from 'knex';
import { latestFirst, paginateByKey, whereContains, type Page } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';
import type { OrderStatus } from '#core/product';
import type { Order } from './contract.ts';
import { expiring } from './repository-due.ts';
import { toOrder, type Row } from './row.ts';

/** Which orders a list shows; what is undefined does not narrow it. */
export interface OrderFilter {
  readonly ids?: readonly number[] | undefined;
  readonly clientId?: number | undefined;
  readonly productId?: number | undefined;
  readonly promoId?: number | undefined;
  readonly status?: string | undefined;
  readonly statuses?: readonly OrderStatus[] | undefined;
  readonly period?: string | undefined;
  readonly invoiceOption?: string | undefined;
  readonly type?: string | undefined;
  readonly title?: string | undefined;
  /** Contained in the title, or the order of one of these clients. */
  readonly search?: { readonly text: string; readonly clientIds: readonly number[] } | undefined;
  readonly createdFrom?: Date | undefined;
  readonly createdTo?: Date | undefined;
  readonly createdBefore?: Date | undefined;
  readonly mastersOnly?: boolean | undefined;
  /** Orders that are to be renewed by an invoice, which is not there yet. */
  readonly expiringBefore?: Date | undefined;
  /** Each name with the beginning of its value. */
  readonly meta?: Readonly<Record<string, string>> | undefined;
}

/** Newest first. The page is found by an index alone; only its rows are read. */
export const listPage = (db: Knex, filter: OrderFilter, request: ListRequest): Promise<Page<Order>> =>
  paginateByKey<Row, Order>(
    { db, query: narrowed(db, filter), nearlyAll: isWhole(filter) ? mostlyMasters(db, filter) : undefined },
    sortingBy(request.sort, SORTABLE, 'client_order.id') ?? latestFirst('client_order.id'),
    request,
    (ids) => db('client_order').whereIn('client_order.id', ids),
    toOrder,
  );

/** Nothing narrows the list, but for the add-ons that stay out of it. */
const isWhole = (filter: OrderFilter): boolean =>
  Object.entries(filter).every(([name, value]) => value === undefined || name === 'mastersOnly');

const mostlyMasters = (db: Knex, { mastersOnly }: OrderFilter) => ({
  all: db('client_order'),
  others: db('client_order')
    .where(mastersOnly === undefined ? { id: null } : { group_master: !mastersOnly })
    .select({ key: 'id' }),
});

/** Each has an index. */
const SORTABLE = { id: 'client_order.id', created_at: 'client_order.created_at' };

function narrowed(db: Knex, filter: OrderFilter): Knex.QueryBuilder {
  const exact = Object.entries({
    client_id: filter.clientId,
    product_id: filter.productId,
    promo_id: filter.promoId,
    status: filter.status,
    period: filter.period,
    invoice_option: filter.invoiceOption,
    service_type: filter.type,
    group_master: filter.mastersOnly,
  }).filter((entry) => entry[1] !== undefined);
  let query: Knex.QueryBuilder = db('client_order').where(Object.fromEntries(exact) as Record<string, Knex.Value>);
  if (filter.ids !== undefined) query = query.whereIn('client_order.id', filter.ids);
  if (filter.statuses !== undefined) query = query.whereIn('status', filter.statuses);
  if (filter.title !== undefined) query = whereContains(query, 'title', filter.title);
  if (filter.createdFrom !== undefined) query = query.where('created_at', '>=', filter.createdFrom);
  if (filter.createdTo !== undefined) query = query.where('created_at', '<=', filter.createdTo);
  if (filter.createdBefore !== undefined) query = query.where('created_at', '<', filter.createdBefore);
  if (filter.search !== undefined) query = searched(query, filter.search);
  for (const [name, value] of Object.entries(filter.meta ?? {})) {
    const found = db('client_order_meta').where({ name });
    query = query.whereIn('client_order.id', whereBegins(found, 'value', value).select('client_order_id'));
  }
  if (filter.expiringBefore !== undefined)
    query = expiring(query, filter.expiringBefore).whereNull('unpaid_invoice_id');
  return query;
}

const searched = (
  query: Knex.QueryBuilder,
  { text, clientIds }: NonNullable<OrderFilter['search']>,
): Knex.QueryBuilder =>
  query.where((either) => {
    void whereContains(either, 'title', text).orWhereIn('client_id', clientIds);
  });

/** As `whereContains`, but only at the beginning. */
const whereBegins = (query: Knex.QueryBuilder, column: string, text: string): Knex.QueryBuilder =>
  query.whereRaw("?? like ? escape '!'", [column, `${text.replaceAll('!', '!!')}%`]);
