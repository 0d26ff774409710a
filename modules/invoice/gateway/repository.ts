import type { Knex } from 'knex';
import { toBoolean, toList } from '#core/db/columns';
import { paginate, whereContains, type Page } from '#core/db/paginate';
import { sortingBy, type ListRequest } from '#core/listing';

/** An installed gateway as it is stored. */
export interface StoredGateway {
  readonly id: number;
  readonly title: string;
  /** Of the adapter. */
  readonly code: string;
  /** Undefined: every configured currency. */
  readonly acceptedCurrencies: readonly string[] | undefined;
  readonly isEnabled: boolean;
  readonly allowsSingle: boolean;
  readonly allowsRecurrent: boolean;
  readonly isTest: boolean;
  readonly sealedConfig: string | undefined;
}

export interface GatewayFilter {
  readonly search?: string | undefined;
  readonly isEnabled?: boolean | undefined;
  readonly allowsSingle?: boolean | undefined;
  readonly allowsRecurrent?: boolean | undefined;
  readonly isTest?: boolean | undefined;
}

interface Row {
  id: number;
  name: string;
  gateway: string;
  accepted_currencies: string | null;
  enabled: number | boolean;
  allow_single: number | boolean;
  allow_recurrent: number | boolean;
  test_mode: number | boolean;
  config: string | null;
}

export async function findById(db: Knex, id: number): Promise<StoredGateway | undefined> {
  const row = await db<Row>('pay_gateway').where({ id }).first();
  return row && toGateway(row);
}

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<StoredGateway | undefined> {
  const row = await db<Row>('pay_gateway').where({ id }).forUpdate().first();
  return row && toGateway(row);
}

export async function listByIds(db: Knex, ids: readonly number[]): Promise<ReadonlyMap<number, StoredGateway>> {
  if (ids.length === 0) return new Map();
  const rows = await db<Row>('pay_gateway').whereIn('id', [...new Set(ids)]);
  return new Map(rows.map((row) => [row.id, toGateway(row)]));
}

/** By the code of the adapter. */
export function listPage(db: Knex, filter: GatewayFilter, request: ListRequest): Promise<Page<StoredGateway>> {
  const query = db('pay_gateway');
  if (filter.search !== undefined) void whereContains(query, 'name', filter.search);
  const flags = {
    enabled: filter.isEnabled,
    allow_single: filter.allowsSingle,
    allow_recurrent: filter.allowsRecurrent,
    test_mode: filter.isTest,
  };
  for (const [column, value] of Object.entries(flags)) if (value !== undefined) void query.where(column, value);
  const by = sortingBy(request.sort, SORTABLE)?.by ?? [{ column: 'gateway' }, { column: 'id' }];
  return paginate<Row, StoredGateway>(query, request, (rows) => rows.orderBy([...by]).select('*'), toGateway);
}

const SORTABLE = { id: 'id', title: 'name', code: 'gateway', enabled: 'enabled', test_mode: 'test_mode' };

export async function listAll(db: Knex): Promise<StoredGateway[]> {
  return (await db<Row>('pay_gateway').orderBy('id')).map(toGateway);
}

/** Newest first. */
export async function listEnabled(db: Knex): Promise<StoredGateway[]> {
  return (await db<Row>('pay_gateway').where({ enabled: true }).orderBy('id', 'desc')).map(toGateway);
}

export async function insert(db: Knex.Transaction, gateway: Omit<StoredGateway, 'id'>, now: Date): Promise<number> {
  const [id] = await db('pay_gateway').insert({ ...toRow(gateway), created_at: now, updated_at: now });
  return Number(id);
}

export async function update(
  db: Knex.Transaction,
  id: number,
  gateway: Omit<StoredGateway, 'id'>,
  now: Date,
): Promise<void> {
  await db('pay_gateway')
    .where({ id })
    .update({ ...toRow(gateway), updated_at: now });
}

export const remove = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db('pay_gateway').where({ id }).del()) === 1;

const toRow = (gateway: Omit<StoredGateway, 'id'>): Omit<Row, 'id'> => ({
  name: gateway.title,
  gateway: gateway.code,
  accepted_currencies: gateway.acceptedCurrencies === undefined ? null : JSON.stringify(gateway.acceptedCurrencies),
  enabled: gateway.isEnabled,
  allow_single: gateway.allowsSingle,
  allow_recurrent: gateway.allowsRecurrent,
  test_mode: gateway.isTest,
  config: gateway.sealedConfig ?? null,
});

const toGateway = (row: Row): StoredGateway => ({
  id: row.id,
  title: row.name,
  code: row.gateway,
  acceptedCurrencies: row.accepted_currencies === null ? undefined : toList(row.accepted_currencies).map(String),
  isEnabled: toBoolean(row.enabled),
  allowsSingle: toBoolean(row.allow_single),
  allowsRecurrent: toBoolean(row.allow_recurrent),
  isTest: toBoolean(row.test_mode),
  sealedConfig: row.config ?? undefined,
});
