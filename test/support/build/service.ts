import type { Test } from 'supertest';
import { ADMIN, admin, type TestApp } from '../app.ts';
import { buildClient, type BuiltClient } from './client.ts';
import { buildProduct } from './product.ts';

export interface Sold {
  readonly orderId: number;
  readonly productId: number;
  readonly client: BuiltClient;
}

export interface Sale {
  readonly type: string;
  readonly config?: object;
  readonly productId?: number;
  readonly client?: BuiltClient;
  readonly orderConfig?: object;
  readonly period?: string;
  readonly isPending?: boolean;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** An order of a client, active unless it is to be pending. */
export async function sell(app: TestApp, sale: Sale): Promise<Sold> {
  const client = sale.client ?? (await buildClient(app, { first_name: 'Kay', last_name: 'Tester' }));
  const productId =
    sale.productId ??
    (await buildProduct(app, { type: sale.type, fields: { config: sale.config ?? {}, ...sale.fields } }));
  const orderId = Number(
    await app.call(admin, 'order/create', {
      client_id: client.id,
      product_id: productId,
      activate: sale.isPending === true ? 0 : 1,
      config: sale.orderConfig ?? {},
      ...(sale.period && { period: sale.period, price: 1 }),
    }),
  );
  return { orderId, productId, client };
}

export const serviceOf = <T = Record<string, unknown>>(app: TestApp, orderId: number): Promise<T> =>
  app.call<T>(admin, 'order/service', { id: orderId });

/** Files go as forms do. */
export function uploading(
  app: TestApp,
  method: string,
  fields: Readonly<Record<string, string | number>>,
  file?: { readonly name: string; readonly content: string | Buffer },
): Test {
  let test = app.request('post', `/api/admin/servicedownloadable/${method}`).auth('admin', ADMIN.token);
  for (const [name, value] of Object.entries(fields)) test = test.field(name, String(value));
  return file === undefined
    ? test
    : test.attach('file_data', Buffer.from(file.content), { filename: file.name, contentType: 'text/plain' });
}

/** An enabled, free product with files of these names, each with its name as its content; its id. */
export async function buildDownload(app: TestApp, names: readonly string[] = ['manual.txt']): Promise<number> {
  const id = await buildProduct(app, { type: 'downloadable' });
  for (const name of names) await uploading(app, 'upload', { id }, { name, content: `This is ${name}.` });
  return id;
}

export interface ListedFile {
  readonly id: string;
  readonly filename: string;
  readonly stored_filename: string;
  readonly label: string | null;
}
export const filesOf = async (app: TestApp, productId: number): Promise<ListedFile[]> =>
  (await app.call<{ config: { files?: ListedFile[] } }>(admin, 'product/get', { id: productId })).config.files ?? [];
