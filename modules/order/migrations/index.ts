import type { Migration } from '#core/db/migrate';
import { createClientOrder } from './001_create_client_order.ts';
import { createClientOrderMeta } from './002_create_client_order_meta.ts';
import { createClientOrderStatus } from './003_create_client_order_status.ts';
import { indexOrderCreatedAt } from './004_index_order_created_at.ts';
import { indexOrderProductStatus } from './005_index_order_product_status.ts';
import { indexOrderMasterStatus } from './006_index_order_master_status.ts';
import { indexOrderLists } from './007_index_order_lists.ts';

export const migrations: readonly Migration[] = [
  createClientOrder,
  createClientOrderMeta,
  createClientOrderStatus,
  indexOrderCreatedAt,
  indexOrderProductStatus,
  indexOrderMasterStatus,
  indexOrderLists,
];
