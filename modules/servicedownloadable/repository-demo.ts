import type { Knex } from 'knex';
import { insertMany, nextId } from '#core/db/bulk';
import type { OrderRef } from '#core/product';
import type { ProductFile } from './product-files.ts';

/** Several at once, each with the files its product has. */
export async function insertAll(
  db: Knex.Transaction,
  delivered: readonly { readonly order: OrderRef; readonly files: readonly ProductFile[] }[],
  now: Date,
): Promise<readonly number[]> {
  const first = await nextId(db, 'service_downloadable');
  const rows = delivered.map(({ order }, index) => ({
    id: first + index,
    order_id: order.id,
    client_id: order.clientId,
    product_id: order.productId,
    created_at: order.activatedAt ?? now,
    updated_at: order.activatedAt ?? now,
  }));
  const files = delivered.flatMap(({ order, files: all }, index) =>
    all.map((file, position) => ({
      service_downloadable_id: first + index,
      file_key: file.id,
      filename: file.filename,
      stored_filename: file.storedName,
      label: file.label ?? null,
      description: file.description ?? null,
      downloads: order.id % 7,
      sort_order: position,
      created_at: order.activatedAt ?? now,
      updated_at: order.activatedAt ?? now,
    })),
  );
  await insertMany(db, 'service_downloadable', rows);
  await insertMany(db, 'service_downloadable_file', files);
  return rows.map(({ id }) => id);
}
