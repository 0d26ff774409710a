import type { Migration } from '#core/db/migrate';
import { createInvoice } from './001_create_invoice.ts';
import { createInvoiceItem } from './002_create_invoice_item.ts';
import { createTax } from './003_create_tax.ts';
import { createInvoicePayment } from './004_create_invoice_payment.ts';
import { createInvoiceNumber } from './005_create_invoice_number.ts';
import { indexInvoicePages } from './006_index_invoice_pages.ts';
import { paymentMigrations } from './payment.ts';

export const migrations: readonly Migration[] = [
  createInvoice,
  createInvoiceItem,
  createTax,
  createInvoicePayment,
  createInvoiceNumber,
  indexInvoicePages,
  ...paymentMigrations,
];
