import type { Migration } from '#core/db/migrate';
import { createPayGateway } from './010_create_pay_gateway.ts';
import { createTransaction } from './011_create_transaction.ts';
import { createSubscription } from './012_create_subscription.ts';
import { createPayment } from './013_create_payment.ts';
import { seedPayGateway } from './014_seed_pay_gateway.ts';
import { indexTransactionPages } from './015_index_transaction_pages.ts';

/** Gateways and what is paid through them; the invoices themselves are in `index.ts`. */
export const paymentMigrations: readonly Migration[] = [
  createPayGateway,
  createTransaction,
  createSubscription,
  createPayment,
  seedPayGateway,
  indexTransactionPages,
];
