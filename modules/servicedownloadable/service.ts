import type { ClientActor } from '#core/actor';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { requireDelivered, requireUsable } from '#core/delivery';
import type { StoredFile } from '#core/endpoint';
import { conflict, notFound } from '#core/error';
import { examineDeliveries } from '#core/examine';
import type { OrderRef, Settings } from '#core/product';
import type { OrderService } from '#modules/order/contract';
import type { ProductService } from '#modules/product/contract';
import { filesReleased } from './contract.ts';
import { filesIn, promisedIds, type ProductFile } from './product-files.ts';
import * as downloads from './repository.ts';
import type { Storage } from './storage.ts';

/** A file on its way to somebody. */
export interface Opened {
  readonly filename: string;
  readonly content: StoredFile;
}

/** What orders have of files. */
export interface Downloads {
  /** A client's own order only, and only while it may be used. Without an id the first file. Counts. */
  openOwn(ctx: Context<ClientActor>, orderId: number, fileId: number | undefined): Promise<Opened>;
  /** For staff; does not count. */
  openOfOrder(ctx: Context, orderId: number, fileId: number): Promise<Opened>;
  openOfProduct(ctx: Context, productId: number, fileKey: string | undefined): Promise<Opened>;

  /** Takes hold of the files an order was promised, before anybody removes them. */
  claim(ctx: Context, orderId: number): Promise<void>;
  create(tx: Tx, order: OrderRef): Promise<number>;
  /** Refuses an order without a file. */
  activate(tx: Tx, order: OrderRef): Promise<void>;
  removeOf(tx: Tx, orderId: number): Promise<void>;
  show(ctx: Context, order: OrderRef): Promise<Settings | undefined>;
  delivered(ctx: Context, orders: readonly OrderRef[]): Promise<ReadonlySet<number>>;
  /** Sentences about rows that do not fit their orders. */
  examine(ctx: Context): Promise<string[]>;
}

interface Needs {
  readonly orders: OrderService;
  readonly products: ProductService;
  readonly storage: Storage;
}

export function createDownloads({ orders, products, storage }: Needs): Downloads {
  return {
    async openOwn(ctx, orderId, fileId) {
      const order = requireUsable(await orders.findOwn(ctx, orderId, ctx.actor.id), ctx.now);
      const file = await getFile(ctx, order, fileId);
      const content = await open(ctx, file.storedName);
      await atomic(ctx, (tx) => downloads.countDownload(tx.db, file.id));
      return { filename: file.filename, content };
    },

    async openOfOrder(ctx, orderId, fileId) {
      const file = await getFile(ctx, requireDelivered(await orders.find(ctx, orderId)), fileId);
      return { filename: file.filename, content: await open(ctx, file.storedName) };
    },

    async openOfProduct(ctx, productId, fileKey) {
      const files = filesIn((await products.get(ctx, productId)).config);
      const file = fileKey === undefined ? files[0] : files.find(({ id }) => id === fileKey);
      if (file === undefined) throw noFile();
      return { filename: file.filename, content: await open(ctx, file.storedName) };
    },

    async claim(ctx, orderId) {
      try {
        await atomic(ctx, async (tx) => {
          const order = await orders.find(tx, orderId);
          if (order !== undefined) await ensure(tx, order);
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error; // it is being activated at this moment, which does the same
      }
    },

    create: (tx, order) => ensure(tx, order),

    async activate(tx, order) {
      const serviceId = await ensure(tx, order);
      if ((await downloads.listFiles(tx.db, serviceId)).length > 0) return;
      // What it was promised is gone: it gets what the product has now.
      if ((await fill(tx, serviceId, await filesOf(tx, order))) === 0) throw unavailableFile();
    },

    async removeOf(tx, orderId) {
      const serviceId = await downloads.findServiceForUpdate(tx.db, orderId);
      if (serviceId === undefined) return;
      const files = await downloads.listFiles(tx.db, serviceId);
      await downloads.removeService(tx.db, serviceId);
      if (files.length > 0) await tx.emit(filesReleased, { storedNames: files.map(({ storedName }) => storedName) });
    },

    async show(ctx, { serviceId }) {
      if (serviceId === undefined) return undefined;
      const files = await downloads.listFiles(ctx.db, serviceId);
      const isClient = ctx.actor.kind === 'client';
      const counted = files.reduce((sum, file) => sum + file.downloads, 0);
      return {
        filename: files[0]?.filename ?? null,
        ...(isClient ? {} : { downloads: counted }),
        files: files.map((file) => ({
          id: file.id,
          filename: file.filename,
          label: file.label ?? null,
          description: file.description ?? null,
          ...(isClient ? {} : { downloads: file.downloads }),
        })),
      };
    },

    delivered: (ctx, list) =>
      downloads.listOrdersWith(
        ctx.db,
        list.map(({ id }) => id),
      ),

    examine: (ctx) =>
      examineDeliveries(ctx, orders, downloads.listAfter, ({ id, orderId }, order) =>
        order === undefined ? [`Download ${id} belongs to order ${orderId}, which does not exist.`] : [],
      ),
  };

  /** The row of an order with the files it was promised, made when somebody first needs it. */
  async function ensure(tx: Tx, order: OrderRef): Promise<number> {
    const found = await downloads.findServiceForUpdate(tx.db, order.id);
    if (found !== undefined) return found;
    const serviceId = await downloads.insertService(tx.db, order, tx.now);
    const promised = new Set(promisedIds(order.config));
    await fill(
      tx,
      serviceId,
      (await filesOf(tx, order)).filter(({ id }) => promised.has(id)),
    );
    return serviceId;
  }

  async function filesOf(tx: Tx, { productId }: OrderRef): Promise<ProductFile[]> {
    const product = await products.find(tx, productId);
    return product === undefined ? [] : filesIn(product.config);
  }

  /** How many of them are there. */
  async function fill(tx: Tx, serviceId: number, files: readonly ProductFile[]): Promise<number> {
    const stored = await downloads.lockStored(
      tx.db,
      files.map(({ storedName }) => storedName),
    );
    const names = new Set(stored.map(({ name }) => name));
    const there = files.filter(({ storedName }) => names.has(storedName));
    for (const [index, file] of there.entries()) await downloads.putFile(tx.db, [serviceId], file, index, tx.now);
    return there.length;
  }

  async function getFile(
    ctx: Context,
    { serviceId }: { serviceId: number },
    fileId: number | undefined,
  ): Promise<downloads.ServiceFile> {
    const files = await downloads.listFiles(ctx.db, serviceId);
    const file = fileId === undefined ? files[0] : files.find(({ id }) => id === fileId);
    if (file === undefined) throw noFile();
    return file;
  }

  async function open(ctx: Context, storedName: string): Promise<StoredFile> {
    const stored = await downloads.findStored(ctx.db, storedName);
    const content = stored && (await storage.find(stored.name, stored.size, stored.hash));
    if (content !== undefined) return content;
    ctx.log.error('a file that is sold is not there', { file: storedName });
    throw conflict(
      'servicedownloadable.unavailable',
      'File cannot be downloaded at the moment. Please contact support.',
    );
  }
}

export const noFile = () => notFound('servicedownloadable.no_file', 'File not found');
const unavailableFile = () =>
  conflict('servicedownloadable.unavailable', 'File is not available at the moment. Please contact support.');
