import type { Knex } from 'knex';
import type { OrderRef } from '#core/product';
import type { ProductFile } from './product-files.ts';

/** A file of one order. */
export interface ServiceFile {
  readonly id: number;
  readonly serviceId: number;
  readonly fileKey: string;
  readonly filename: string;
  readonly storedName: string;
  readonly label: string | undefined;
  readonly description: string | undefined;
  readonly downloads: number;
}

/** What lies on the disk. */
export interface Stored {
  readonly id: number;
  readonly name: string;
  readonly productId: number | undefined;
  readonly size: number;
  readonly hash: string;
}

interface FileRow {
  id: number;
  service_downloadable_id: number;
  file_key: string;
  filename: string;
  stored_filename: string;
  label: string | null;
  description: string | null;
  downloads: number;
}

interface StoredRow {
  id: number;
  stored_filename: string;
  product_id: number | null;
  size: number;
  sha256: string;
}

/** Also locks it; undefined until something is made for the order. */
export async function findServiceForUpdate(db: Knex.Transaction, orderId: number): Promise<number | undefined> {
  const row = await db('service_downloadable').where({ order_id: orderId }).forUpdate().first<{ id: number }>('id');
  return row?.id;
}

export async function insertService(db: Knex.Transaction, order: OrderRef, now: Date): Promise<number> {
  const [id] = await db('service_downloadable').insert({
    order_id: order.id,
    client_id: order.clientId,
    product_id: order.productId,
    created_at: now,
    updated_at: now,
  });
  return Number(id);
}

/** Which of these orders have a row. */
export async function listOrdersWith(db: Knex, orderIds: readonly number[]): Promise<ReadonlySet<number>> {
  if (orderIds.length === 0) return new Set();
  const rows = (await db('service_downloadable').whereIn('order_id', orderIds).select('order_id')) as {
    order_id: number;
  }[];
  return new Set(rows.map(({ order_id }) => order_id));
}

/** In chunks, for the doctor. */
export async function listAfter(db: Knex, id: number, limit: number): Promise<{ id: number; orderId: number }[]> {
  const rows = (await db('service_downloadable')
    .where('id', '>', id)
    .orderBy('id')
    .limit(limit)
    .select('id', 'order_id')) as {
    id: number;
    order_id: number;
  }[];
  return rows.map((row) => ({ id: row.id, orderId: row.order_id }));
}

export async function removeService(db: Knex.Transaction, id: number): Promise<void> {
  await db('service_downloadable_file').where({ service_downloadable_id: id }).del();
  await db('service_downloadable').where({ id }).del();
}

export async function listServices(db: Knex, productId: number, afterId: number, limit: number): Promise<number[]> {
  const rows = await db('service_downloadable')
    .where({ product_id: productId })
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .select<{ id: number }[]>('id');
  return rows.map(({ id }) => id);
}

/** In the order they were added. */
export async function listFiles(db: Knex, serviceId: number): Promise<ServiceFile[]> {
  const rows = await files(db).where({ service_downloadable_id: serviceId }).orderBy(['sort_order', 'id']);
  return rows.map(toFile);
}

/** Adds a file where it is not there yet, and describes it anew where it is. */
export async function putFile(
  db: Knex.Transaction,
  serviceIds: readonly number[],
  file: ProductFile,
  order: number,
  now: Date,
): Promise<void> {
  if (serviceIds.length === 0) return;
  const row = {
    file_key: file.id,
    filename: file.filename,
    stored_filename: file.storedName,
    label: file.label ?? null,
    description: file.description ?? null,
    sort_order: order,
    created_at: now,
    updated_at: now,
  };
  await db('service_downloadable_file')
    .insert(serviceIds.map((id) => ({ ...row, service_downloadable_id: id })))
    .onConflict(['service_downloadable_id', 'file_key'])
    .merge(['label', 'description', 'updated_at']);
}

export const removeFiles = async (
  db: Knex.Transaction,
  serviceIds: readonly number[],
  fileKey: string,
): Promise<void> =>
  void (await db('service_downloadable_file')
    .whereIn('service_downloadable_id', serviceIds)
    .where({ file_key: fileKey })
    .del());

export const countDownload = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db('service_downloadable_file').where({ id }).increment('downloads', 1));

export async function insertStored(
  db: Knex.Transaction,
  { name, productId, size, hash }: Omit<Stored, 'id'>,
  now: Date,
): Promise<void> {
  await db('service_downloadable_stored').insert({
    stored_filename: name,
    product_id: productId ?? null,
    size,
    sha256: hash,
    created_at: now,
  });
}

export async function findStored(db: Knex, name: string): Promise<Stored | undefined> {
  const row = await db<StoredRow>('service_downloadable_stored').where({ stored_filename: name }).first();
  return row && toStored(row);
}

/** Those of `names` that are there, which nobody removes until this transaction ends. */
export async function lockStored(db: Knex.Transaction, names: readonly string[]): Promise<Stored[]> {
  const rows = await db<StoredRow>('service_downloadable_stored')
    .whereIn('stored_filename', names)
    .orderBy('id')
    .forUpdate();
  return rows.map(toStored);
}

export const isWanted = async (db: Knex, name: string): Promise<boolean> =>
  (await files(db).where({ stored_filename: name }).first('id')) !== undefined;

export const removeStored = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db('service_downloadable_stored').where({ id }).del());

/** Made before `time`, in chunks. */
export async function listStoredBefore(db: Knex, time: Date, afterId: number, limit: number): Promise<Stored[]> {
  const rows = await db<StoredRow>('service_downloadable_stored')
    .where('id', '>', afterId)
    .where('created_at', '<', time)
    .orderBy('id')
    .limit(limit);
  return rows.map(toStored);
}

/** Those of `names` that no row tells of. */
export async function listUnknown(db: Knex, names: readonly string[]): Promise<string[]> {
  const known = await db<StoredRow>('service_downloadable_stored')
    .whereIn('stored_filename', names)
    .select('stored_filename');
  const all = new Set(known.map((row) => row.stored_filename));
  return names.filter((name) => !all.has(name));
}

const files = (db: Knex) => db<FileRow & { sort_order: number }>('service_downloadable_file');

const toFile = (row: FileRow): ServiceFile => ({
  id: row.id,
  serviceId: row.service_downloadable_id,
  fileKey: row.file_key,
  filename: row.filename,
  storedName: row.stored_filename,
  label: row.label ?? undefined,
  description: row.description ?? undefined,
  downloads: Number(row.downloads),
});

const toStored = (row: StoredRow): Stored => ({
  id: row.id,
  name: row.stored_filename,
  productId: row.product_id ?? undefined,
  size: Number(row.size),
  hash: row.sha256,
});
