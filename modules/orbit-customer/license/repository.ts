import type { Knex } from 'knex';
import { toBoolean, toDate, toList, toOptionalDate, type StoredDate } from '#core/db/columns';
import { lookAll, type Lookup } from '#core/db/lookup';
import { paginate, type Page, type PageRequest } from '#core/db/paginate';
import type { OrderRef, OrderStatus } from '#core/product';

export type AuthMode = 'api_key' | 'ip_whitelist';
export type Network = 'mainnet' | 'devnet';

export interface License {
  readonly id: number;
  readonly orderId: number;
  readonly clientId: number;
  /** Undefined until the order is activated, as is the slug. */
  readonly sealedKey: string | undefined;
  readonly slug: string | undefined;
  readonly productName: string;
  readonly status: OrderStatus;
  readonly period: string | undefined;
  readonly issuedAt: Date | undefined;
  readonly expiresAt: Date | undefined;
  readonly authMode: AuthMode;
  readonly isAutoRenewed: boolean;
  /** Undefined: every location. */
  readonly locationIds: readonly number[] | undefined;
  readonly ipLimit: number | undefined;
  readonly domains: Readonly<Record<Network, readonly string[]>>;
}

interface Row {
  id: number | string;
  order_id: number | string;
  client_id: number | string;
  license_key: string | null;
  slug: string | null;
  product_name: string;
  status: OrderStatus;
  period: string | null;
  issued_at: StoredDate | null;
  expires_at: StoredDate | null;
  auth_mode: AuthMode;
  auto_renewal: unknown;
  location_ids: string | null;
  ip_limit: number | null;
  domains: string;
  devnet_domains: string;
}

const TABLE = 'service_orbit';

const OF_CLIENT: Lookup<Row> = {
  table: TABLE,
  key: 'client_id',
  isNumber: true,
  columns: [
    'id', 'order_id', 'client_id', 'license_key', 'slug', 'product_name', 'status', 'period', 'issued_at', 'expires_at',
    'auth_mode', 'auto_renewal', 'location_ids', 'ip_limit', 'domains', 'devnet_domains',
  ],
}; // prettier-ignore

/** The hot path: one read by a prepared statement. Newest first. */
export async function listOf(db: Knex, clientId: number): Promise<License[]> {
  const rows = await lookAll(db, OF_CLIENT, String(clientId));
  return rows.map(toLicense).sort((one, other) => other.id - one.id);
}

/** Its key, else its slug, else its id; only one of this client. The same statement whosever it is. */
export async function findOwn(
  db: Knex,
  clientId: number,
  { keyHash, text }: { readonly keyHash: string; readonly text: string },
): Promise<License | undefined> {
  const rows = (await db(TABLE)
    .where({ client_id: clientId })
    .where((which) => {
      void which.where({ key_hash: keyHash }).orWhere({ slug: text });
      if (/^\d{1,15}$/.test(text)) void which.orWhere({ id: Number(text) });
    })
    .select('*')) as (Row & { key_hash: string | null })[];
  const row = rows.find(({ key_hash }) => key_hash === keyHash) ?? rows.find(({ slug }) => slug === text) ?? rows[0];
  return row && toLicense(row);
}

export const findByOrder = (db: Knex, orderId: number): Promise<License | undefined> =>
  first(db, { order_id: orderId });
export const find = (db: Knex, id: number): Promise<License | undefined> => first(db, { id });
export const findByKey = (db: Knex, keyHash: string): Promise<License | undefined> => first(db, { key_hash: keyHash });

async function first(db: Knex, where: object): Promise<License | undefined> {
  const row = (await db(TABLE).where(where).first()) as Row | undefined;
  return row && toLicense(row);
}

/** Of the licence that is about to change, so that two changes follow each other. */
export const findForUpdate = (db: Knex.Transaction, id: number): Promise<License | undefined> => locked(db, { id });

async function locked(db: Knex.Transaction, where: object): Promise<License | undefined> {
  const row = (await db(TABLE).where(where).forUpdate().first()) as Row | undefined;
  return row && toLicense(row);
}

/** The same for the order's transaction, and whatever others have just committed. */
export const findByOrderForUpdate = (db: Knex.Transaction, orderId: number): Promise<License | undefined> =>
  locked(db, { order_id: orderId });

export async function findAllByOrder(db: Knex, orderIds: readonly number[]): Promise<ReadonlyMap<number, License>> {
  if (orderIds.length === 0) return new Map();
  const rows = (await db(TABLE).whereIn('order_id', [...orderIds])) as Row[];
  return new Map(rows.map((row) => [Number(row.order_id), toLicense(row)]));
}

export interface Filter {
  readonly clientId?: number | undefined;
  readonly status?: string | undefined;
}

export function list(db: Knex, { clientId, status }: Filter, request: PageRequest): Promise<Page<License>> {
  const query = db(TABLE);
  if (clientId !== undefined) void query.where({ client_id: clientId });
  if (status !== undefined) void query.where({ status });
  return paginate<Row, License>(query, request, (rows) => rows.orderBy('id', 'desc').select('*'), toLicense);
}

export async function listAfter(db: Knex, id: number, limit: number): Promise<License[]> {
  const rows = (await db(TABLE).where('id', '>', id).orderBy('id').limit(limit)) as Row[];
  return rows.map(toLicense);
}

export interface Terms {
  readonly locationIds: readonly number[] | undefined;
  readonly ipLimit: number | undefined;
}

/** Rejects with a unique violation when the order has one. */
export async function insert(db: Knex.Transaction, order: OrderRef, terms: Terms, now: Date): Promise<number> {
  const [id] = await db(TABLE).insert({
    order_id: order.id,
    client_id: order.clientId,
    ...standingOf(order),
    ...termsOf(terms),
    auth_mode: 'api_key',
    auto_renewal: true,
    domains: '[]',
    devnet_domains: '[]',
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

/** Rejects with a unique violation when another licence has this key. */
export const setKey = async (
  db: Knex.Transaction,
  id: number,
  key: { readonly sealed: string; readonly hash: string },
  now: Date,
): Promise<void> =>
  void (await db(TABLE).where({ id }).update({ license_key: key.sealed, key_hash: key.hash, updated_at: now }));

export const setSlug = async (db: Knex.Transaction, id: number, slug: string): Promise<void> =>
  void (await db(TABLE).where({ id }).update({ slug }));

export const setTerms = async (db: Knex.Transaction, id: number, terms: Terms): Promise<void> =>
  void (await db(TABLE).where({ id }).update(termsOf(terms)));

export const setStanding = async (db: Knex.Transaction, order: OrderRef): Promise<void> =>
  void (await db(TABLE).where({ order_id: order.id }).update(standingOf(order)));

export const setDomains = async (
  db: Knex.Transaction,
  id: number,
  network: Network,
  names: readonly string[],
  now: Date,
): Promise<void> =>
  void (await db(TABLE)
    .where({ id })
    .update({ [network === 'devnet' ? 'devnet_domains' : 'domains']: JSON.stringify(names), updated_at: now }));

export const setAuthMode = async (db: Knex.Transaction, id: number, mode: AuthMode, now: Date): Promise<void> =>
  void (await db(TABLE).where({ id }).update({ auth_mode: mode, updated_at: now }));

export const setAutoRenewal = async (db: Knex.Transaction, id: number, isOn: boolean, now: Date): Promise<void> =>
  void (await db(TABLE).where({ id }).update({ auto_renewal: isOn, updated_at: now }));

export const remove = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db(TABLE).where({ id }).del());

const standingOf = ({ title, status, period, expiresAt, activatedAt }: OrderRef): Record<string, unknown> => ({
  product_name: title.slice(0, 255),
  status,
  period: period ?? null,
  issued_at: activatedAt ?? null,
  expires_at: expiresAt ?? null,
});

const termsOf = ({ locationIds, ipLimit }: Terms): Record<string, unknown> => ({
  location_ids: locationIds === undefined ? null : JSON.stringify(locationIds),
  ip_limit: ipLimit ?? null,
});

const toLicense = (row: Row): License => ({
  id: Number(row.id),
  orderId: Number(row.order_id),
  clientId: Number(row.client_id),
  sealedKey: row.license_key ?? undefined,
  slug: row.slug ?? undefined,
  productName: row.product_name,
  status: row.status,
  period: row.period ?? undefined,
  issuedAt: row.issued_at === null ? undefined : toDate(row.issued_at),
  expiresAt: toOptionalDate(row.expires_at),
  authMode: row.auth_mode,
  isAutoRenewed: toBoolean(row.auto_renewal),
  locationIds: row.location_ids === null ? undefined : toList(row.location_ids).map(Number),
  ipLimit: row.ip_limit ?? undefined,
  domains: { mainnet: namesIn(row.domains), devnet: namesIn(row.devnet_domains) },
});

const namesIn = (text: string): readonly string[] => (text === '[]' ? NONE : toList(text).map(String));
const NONE: readonly string[] = [];
