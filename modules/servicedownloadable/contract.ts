import { Type } from '@sinclair/typebox';
import { defineEvent } from '#core/event';
import { Id } from '#core/schema';

/** All that other modules may see of downloads. */

/** A file of a product was added, described anew or taken away; `reachesOrders` says whether orders get the same. */
export const productFileChanged = defineEvent(
  'servicedownloadable.product_file_changed',
  Type.Object({
    productId: Id,
    fileKey: Type.String(),
    storedName: Type.String(),
    reachesOrders: Type.Boolean(),
  }),
);

/** Orders let go of files, which may have been the last to want them. */
export const filesReleased = defineEvent(
  'servicedownloadable.files_released',
  Type.Object({ storedNames: Type.Array(Type.String()) }),
);
