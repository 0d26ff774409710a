import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { Anything, Id, required } from '#core/schema';
import { download } from '../schema.ts';
import type { Downloads } from '../service.ts';

export const clientApi = (downloads: Downloads) => ({
  send_file: clientEndpoint({
    summary: 'Download a file of an own order; without file_id the first.',
    input: Type.Object({ order_id: required('Order ID is required', Id), file_id: Type.Optional(Id) }),
    output: Anything({ description: 'The file.' }),
    handle: async (ctx, { order_id, file_id }) => download(await downloads.openOwn(ctx, order_id, file_id)),
  }),
});
