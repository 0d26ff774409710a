import type { Migration } from '#core/db/migrate';
import { createPaypalOrder } from './001_create_paypal_order.ts';
import { createPaypalRefund } from './002_create_paypal_refund.ts';

export const migrations: readonly Migration[] = [createPaypalOrder, createPaypalRefund];
