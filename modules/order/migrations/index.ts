import type { Migration } from '#core/db/migrate';
import { createClientOrder } from './001_create_client_order.ts';
import { createClientOrderMeta } from './002_create_client_order_meta.ts';
import { createClientOrderStatus } from './003_create_client_order_status.ts';

export const migrations: readonly Migration[] = [createClientOrder, createClientOrderMeta, createClientOrderStatus];
