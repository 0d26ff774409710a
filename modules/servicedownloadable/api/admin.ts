import { Type } from '@sinclair/typebox';
import { adminEndpoint, done, Done } from '#core/endpoint';
import { Anything, FileInput, Flag, Id, required, Text } from '#core/schema';
import type { Keeping } from '../keeping.ts';
import { download, WordInputs, wordsOf } from '../schema.ts';
import type { Downloads } from '../service.ts';

const ProductId = required('Product ID was not passed', Id);
const FileKey = required('File ID was not passed', Text({ maxLength: 255 }));
const FileId = required('File ID was not passed', Id);
const OrderId = required('Order ID was not passed', Id);
const permission = 'manage';
const TheFile = Anything({ description: 'The file.' });

export const adminApi = (downloads: Downloads, keeping: Keeping) => ({
  upload: adminEndpoint({
    summary: 'Add a file to a product.',
    permission,
    takesFiles: true,
    input: Type.Object({ id: ProductId, file_data: FileInput, ...WordInputs }),
    output: Done,
    handle: (ctx, input) => done(keeping.add(ctx, input.id, input.file_data, wordsOf(input))),
  }),

  update: adminEndpoint({
    summary: 'Add a file to one order.',
    permission,
    takesFiles: true,
    input: Type.Object({
      order_id: required('Order ID (order_id) was not passed', Id),
      file_data: FileInput,
      ...WordInputs,
    }),
    output: Done,
    handle: (ctx, input) => done(keeping.addToOrder(ctx, input.order_id, input.file_data, wordsOf(input))),
  }),

  file_update: adminEndpoint({
    summary: 'Describe a file of a product anew; what is not sent is emptied.',
    permission,
    input: Type.Object({ id: ProductId, file_id: FileKey, ...WordInputs }),
    output: Done,
    handle: (ctx, input) => done(keeping.describe(ctx, input.id, input.file_id, wordsOf(input))),
  }),

  file_delete: adminEndpoint({
    summary: 'Take a file from a product.',
    permission,
    input: Type.Object({ id: ProductId, file_id: FileKey }),
    output: Done,
    handle: (ctx, { id, file_id }) => done(keeping.remove(ctx, id, file_id)),
  }),

  order_file_delete: adminEndpoint({
    summary: 'Take a file from one order.',
    permission,
    input: Type.Object({ order_id: OrderId, file_id: FileId }),
    output: Done,
    handle: (ctx, { order_id, file_id }) => done(keeping.removeFromOrder(ctx, order_id, file_id)),
  }),

  config_save: adminEndpoint({
    summary: 'Say whether changes of the files of a product reach the orders it has.',
    permission,
    input: Type.Object({ id: ProductId, update_orders: Flag() }),
    output: Done,
    handle: (ctx, { id, update_orders }) => done(keeping.configure(ctx, id, update_orders)),
  }),

  send_file: adminEndpoint({
    summary: 'Download a file of a product; without file_id the first.',
    permission,
    input: Type.Object({ id: ProductId, file_id: Type.Optional(Text({ maxLength: 255 })) }),
    output: TheFile,
    handle: async (ctx, { id, file_id }) => download(await downloads.openOfProduct(ctx, id, file_id)),
  }),

  send_order_file: adminEndpoint({
    summary: 'Download a file of an order; it is not counted.',
    permission,
    input: Type.Object({ order_id: OrderId, file_id: FileId }),
    output: TheFile,
    handle: async (ctx, { order_id, file_id }) => download(await downloads.openOfOrder(ctx, order_id, file_id)),
  }),
});
