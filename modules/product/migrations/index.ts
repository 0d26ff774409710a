import type { Migration } from '#core/db/migrate';
import { createProductCategory } from './001_create_product_category.ts';
import { createProductPayment } from './002_create_product_payment.ts';
import { createProductPaymentPeriod } from './003_create_product_payment_period.ts';
import { createProduct } from './004_create_product.ts';
import { createTld } from './005_create_tld.ts';
import { createPromo } from './006_create_promo.ts';
import { createPromoRedemption } from './007_create_promo_redemption.ts';
import { seedCatalogue } from './008_seed_catalogue.ts';
import { countPromoUse } from './009_count_promo_use.ts';

export const migrations: readonly Migration[] = [
  createProductCategory,
  createProductPayment,
  createProductPaymentPeriod,
  createProduct,
  createTld,
  createPromo,
  createPromoRedemption,
  seedCatalogue,
  countPromoUse,
];
