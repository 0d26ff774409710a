import type { Knex } from 'knex';
import { toBoolean, toDate, toObject, type StoredDate } from '#core/db/columns';
import { look, type Lookup } from '#core/db/lookup';
import { paginate, type Page, type PageRequest } from '#core/db/paginate';

export interface StoredApp {
  readonly id: number;
  /** Its number. */
  readonly appId: number;
  readonly productId: number | undefined;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly currency: string;
  readonly sealedSignKey: string;
  readonly sealedRetiredKeys: string | undefined;
  readonly houseClientId: number | undefined;
  readonly config: Readonly<Record<string, unknown>>;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row {
  id: number;
  app_id: number;
  product_id: number | null;
  name: string;
  enabled: unknown;
  currency: string;
  sign_key: string;
  retired_keys: string | null;
  house_client_id: number | null;
  config: string;
  created_at: StoredDate;
  updated_at: StoredDate;
}

const TABLE = 'extstars_app';
const BY_NUMBER: Lookup<Row> = {
  table: TABLE,
  key: 'app_id',
  isNumber: true,
  columns: [
    'id', 'app_id', 'product_id', 'name', 'enabled', 'currency', 'sign_key', 'retired_keys', 'house_client_id',
    'config', 'created_at', 'updated_at',
  ],
}; // prettier-ignore

/** By a prepared statement. */
export async function lookUp(db: Knex, appId: number): Promise<StoredApp | undefined> {
  const row = await look(db, BY_NUMBER, String(appId));
  return row && toApp(row);
}

export async function find(db: Knex, appId: number): Promise<StoredApp | undefined> {
  const row = await db<Row>(TABLE).where({ app_id: appId }).first();
  return row && toApp(row);
}

export async function findForUpdate(db: Knex.Transaction, appId: number): Promise<StoredApp | undefined> {
  const row = await db<Row>(TABLE).where({ app_id: appId }).forUpdate().first();
  return row && toApp(row);
}

export async function findByProduct(db: Knex, productId: number): Promise<StoredApp | undefined> {
  const row = await db<Row>(TABLE).where({ product_id: productId }).first();
  return row && toApp(row);
}

export const list = (db: Knex, request: PageRequest): Promise<Page<StoredApp>> =>
  paginate<Row, StoredApp>(db(TABLE), request, (rows) => rows.orderBy('app_id').select('*'), toApp);

export const listAll = async (db: Knex): Promise<StoredApp[]> => (await db<Row>(TABLE).orderBy('app_id')).map(toApp);

export type NewApp = Pick<
  StoredApp,
  'appId' | 'productId' | 'name' | 'isEnabled' | 'currency' | 'sealedSignKey' | 'config'
>;

/** Rejects with a unique violation when the number or the product is taken. */
export async function insert(db: Knex.Transaction, app: NewApp, now: Date): Promise<void> {
  await db(TABLE).insert({
    app_id: app.appId,
    product_id: app.productId ?? null,
    name: app.name,
    enabled: app.isEnabled,
    currency: app.currency,
    sign_key: app.sealedSignKey,
    config: JSON.stringify(app.config),
    created_at: now,
    updated_at: now,
  });
}

export interface AppChange {
  readonly productId?: number | null | undefined;
  readonly name?: string | undefined;
  readonly isEnabled?: boolean | undefined;
  readonly sealedSignKey?: string | undefined;
  readonly sealedRetiredKeys?: string | undefined;
  readonly houseClientId?: number | null | undefined;
  readonly config?: Readonly<Record<string, unknown>> | undefined;
}

export async function update(db: Knex.Transaction, id: number, change: AppChange, now: Date): Promise<void> {
  const { productId, name, isEnabled, sealedSignKey, sealedRetiredKeys, houseClientId, config } = change;
  await db(TABLE)
    .where({ id })
    .update({
      ...(productId !== undefined && { product_id: productId }),
      ...(name !== undefined && { name }),
      ...(isEnabled !== undefined && { enabled: isEnabled }),
      ...(sealedSignKey !== undefined && { sign_key: sealedSignKey }),
      ...(sealedRetiredKeys !== undefined && { retired_keys: sealedRetiredKeys }),
      ...(houseClientId !== undefined && { house_client_id: houseClientId }),
      ...(config !== undefined && { config: JSON.stringify(config) }),
      updated_at: now,
    });
}

export const forgetHouseClient = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await db(TABLE).where({ house_client_id: clientId }).update({ house_client_id: null }));

export const remove = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db(TABLE).where({ id }).del());

/** Whether anybody holds something of this app. */
export async function isInUse(db: Knex, appId: number): Promise<boolean> {
  for (const table of ['service_extstars', 'extstars_order']) {
    if ((await db(table).where({ app_id: appId }).first('id')) !== undefined) return true;
  }
  return false;
}

export const removeReleases = async (db: Knex.Transaction, appId: number): Promise<void> =>
  void (await db('extstars_release').where({ app_id: appId }).del());

const toApp = (row: Row): StoredApp => ({
  id: Number(row.id),
  appId: row.app_id,
  productId: row.product_id === null ? undefined : Number(row.product_id),
  name: row.name,
  isEnabled: toBoolean(row.enabled),
  currency: row.currency,
  sealedSignKey: row.sign_key,
  sealedRetiredKeys: row.retired_keys ?? undefined,
  houseClientId: row.house_client_id === null ? undefined : Number(row.house_client_id),
  config: toObject(row.config),
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
