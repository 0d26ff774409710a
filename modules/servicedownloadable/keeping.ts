import { DAY, HOUR, later } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { requireDelivered } from '#core/delivery';
import { conflict, invalidInput, notFound } from '#core/error';
import type { PayloadOf } from '#core/event';
import { randomHex } from '#core/secret';
import type { Upload } from '#core/upload';
import type { OrderService } from '#modules/order/contract';
import type { Product, ProductService } from '#modules/product/contract';
import { filesReleased, productFileChanged } from './contract.ts';
import { cleanName } from './file-name.ts';
import { filesIn, reachesOrders, withFiles, type ProductFile } from './product-files.ts';
import * as downloads from './repository.ts';
import { noFile } from './service.ts';
import type { Storage } from './storage.ts';

/** What staff say of a file. */
export interface Words {
  readonly label: string | undefined;
  readonly description: string | undefined;
}

/** What staff do with files, and what keeps the disk clean. */
export interface Keeping {
  /** To a product, and to its orders where the product says so. */
  add(ctx: Context, productId: number, upload: Upload | null, words: Words): Promise<void>;
  addToOrder(ctx: Context, orderId: number, upload: Upload | null, words: Words): Promise<void>;
  describe(ctx: Context, productId: number, fileKey: string, words: Words): Promise<void>;
  remove(ctx: Context, productId: number, fileKey: string): Promise<void>;
  removeFromOrder(ctx: Context, orderId: number, fileId: number): Promise<void>;
  configure(ctx: Context, productId: number, reachesOrders: boolean): Promise<void>;

  /** Brings a change of a product's files to its orders. Done twice, it is the same. */
  spread(ctx: Context, change: PayloadOf<typeof productFileChanged>): Promise<void>;
  /** Removes those files that nobody wants any more. */
  discard(ctx: Context, storedNames: readonly string[]): Promise<void>;
  /** Finds what was left behind: files without a row, and rows that nobody refers to. */
  sweep(ctx: Context): Promise<number>;
}

interface Needs {
  readonly orders: OrderService;
  readonly products: ProductService;
  readonly storage: Storage;
}

const CHUNK = 400;
const MAX_FILES = 100;
const MAX_LABEL = 255;
const MAX_DESCRIPTION = 1000;

export function createKeeping({ orders, products, storage }: Needs): Keeping {
  return {
    async add(ctx, productId, upload, words) {
      const product = await products.get(ctx, productId);
      if (product.type !== 'downloadable') throw notFound('product.not_found', 'Product not found');
      const file = newFile(upload, words);
      await stored(ctx, upload, productId, file, async (tx, complete) => {
        await change(tx, productId, (files) => {
          if (files.length >= MAX_FILES)
            throw conflict('servicedownloadable.full', `A product cannot have more than ${MAX_FILES} files.`);
          return { files: [...files, complete], changed: complete };
        });
        await tx.record(`Uploaded a file for product #${productId}`);
      });
    },

    async addToOrder(ctx, orderId, upload, words) {
      requireDelivered(await orders.find(ctx, orderId));
      const file = newFile(upload, words);
      await stored(ctx, upload, undefined, file, async (tx, complete) => {
        const { serviceId } = requireDelivered(await orders.find(tx, orderId));
        const { length } = await downloads.listFiles(tx.db, serviceId);
        await downloads.putFile(tx.db, [serviceId], complete, length, tx.now);
        await tx.record(`Uploaded a file for order #${orderId}`);
      });
    },

    describe: (ctx, productId, fileKey, words) =>
      atomic(ctx, async (tx) => {
        const checked = checkedWords(words);
        await change(tx, productId, (files) => {
          const found = files.find(({ id }) => id === fileKey) ?? missing();
          const changed = { ...found, ...checked };
          return { files: files.map((file) => (file === found ? changed : file)), changed };
        });
        await tx.record(`Updated a file of product #${productId}`);
      }),

    remove: (ctx, productId, fileKey) =>
      atomic(ctx, async (tx) => {
        await change(tx, productId, (files) => {
          const changed = files.find(({ id }) => id === fileKey) ?? missing();
          return { files: files.filter((file) => file !== changed), changed };
        });
        await tx.record(`Deleted a file of product #${productId}`);
      }),

    removeFromOrder: (ctx, orderId, fileId) =>
      atomic(ctx, async (tx) => {
        const { serviceId } = requireDelivered(await orders.find(tx, orderId));
        const file = (await downloads.listFiles(tx.db, serviceId)).find(({ id }) => id === fileId) ?? missing();
        await downloads.removeFiles(tx.db, [serviceId], file.fileKey);
        await tx.emit(filesReleased, { storedNames: [file.storedName] });
        await tx.record(`Deleted a file of order #${orderId}`);
      }),

    configure: (ctx, productId, isSpread) =>
      atomic(ctx, async (tx) => {
        await products.reconfigure(tx, productId, ({ config }) => ({ ...config, update_orders: isSpread }));
        await tx.record(`Updated the download settings of product #${productId}`);
      }),

    async spread(ctx, { productId, fileKey, storedName, reachesOrders: isSpread }) {
      const files = filesOf(await products.find(ctx, productId));
      const order = files.findIndex(({ id }) => id === fileKey);
      const file = files[order];
      for (let last = 0; isSpread;) {
        const services = await downloads.listServices(ctx.db, productId, last, CHUNK);
        const end = services.at(-1);
        if (end === undefined) break;
        await atomic(ctx, async (tx) => {
          if (file === undefined) await downloads.removeFiles(tx.db, services, fileKey);
          else if ((await downloads.lockStored(tx.db, [file.storedName])).length > 0)
            await downloads.putFile(tx.db, services, file, order, tx.now);
        });
        last = end;
      }
      if (file === undefined) await discard(ctx, [storedName]);
    },

    discard: async (ctx, storedNames) => void (await discard(ctx, storedNames)),

    async sweep(ctx) {
      let removed = 0;
      for (let last = 0; ;) {
        const chunk = await downloads.listStoredBefore(ctx.db, later(ctx.now, -HOUR), last, CHUNK);
        removed += await discard(
          ctx,
          chunk.map(({ name }) => name),
        );
        const end = chunk.at(-1);
        if (end === undefined) break;
        last = end.id;
      }
      for await (const names of storage.listBefore(later(ctx.now, -DAY))) {
        for (const name of await downloads.listUnknown(ctx.db, names)) {
          await storage.remove(name);
          removed++;
        }
      }
      return removed;
    },
  };

  /** On the disk first, then told of: what fails in between is swept away. */
  async function stored(
    ctx: Context,
    upload: Upload | null,
    productId: number | undefined,
    file: Omit<ProductFile, 'storedName'>,
    tell: (tx: Tx, complete: ProductFile) => Promise<void>,
  ): Promise<void> {
    if (upload === null) throw noUpload();
    const name = await storage.take(upload);
    try {
      await atomic(ctx, async (tx) => {
        await downloads.insertStored(tx.db, { name, productId, size: upload.size, hash: upload.hash }, tx.now);
        await tell(tx, { ...file, storedName: name });
      });
    } catch (error) {
      await storage.remove(name);
      throw error;
    }
  }

  async function change(
    tx: Tx,
    productId: number,
    edit: (files: readonly ProductFile[]) => { files: readonly ProductFile[]; changed: ProductFile },
  ): Promise<void> {
    let event: PayloadOf<typeof productFileChanged> | undefined;
    await products.reconfigure(tx, productId, ({ config }) => {
      const { files, changed } = edit(filesIn(config));
      const isSpread = reachesOrders(config);
      event = { productId, fileKey: changed.id, storedName: changed.storedName, reachesOrders: isSpread };
      return withFiles(config, files);
    });
    if (event !== undefined) await tx.emit(productFileChanged, event);
  }

  async function discard(ctx: Context, names: readonly string[]): Promise<number> {
    let removed = 0;
    for (const name of names) {
      const isGone = await atomic(ctx, async (tx) => {
        const [found] = await downloads.lockStored(tx.db, [name]);
        if (found === undefined || (await downloads.isWanted(tx.db, name))) return false;
        const product = found.productId === undefined ? undefined : await products.find(tx, found.productId);
        if (filesOf(product).some(({ storedName }) => storedName === name)) return false;
        await downloads.removeStored(tx.db, found.id);
        return true;
      });
      if (!isGone) continue;
      await storage.remove(name);
      removed++;
    }
    return removed;
  }
}

/** Throws where the configuration is damaged: then nothing is removed on the strength of it. */
const filesOf = (product: Product | undefined): ProductFile[] => (product === undefined ? [] : filesIn(product.config));

function newFile(upload: Upload | null, words: Words): Omit<ProductFile, 'storedName'> {
  if (upload === null) throw noUpload();
  return { id: randomHex(32), filename: cleanName(upload.name), ...checkedWords(words) };
}

function checkedWords({ label, description }: Words): Words {
  if (label !== undefined && [...label].length > MAX_LABEL)
    throw invalidInput('servicedownloadable.label', `File label cannot exceed ${MAX_LABEL} characters`);
  if (description !== undefined && [...description].length > MAX_DESCRIPTION)
    throw invalidInput(
      'servicedownloadable.description',
      `File description cannot exceed ${MAX_DESCRIPTION} characters`,
    );
  return { label: label || undefined, description: description || undefined };
}

const missing = (): never => {
  throw noFile();
};
const noUpload = () => invalidInput('servicedownloadable.no_upload', 'File was not uploaded.');
