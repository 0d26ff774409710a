import type { Migration } from '#core/db/migrate';
import { createExtstarsApp } from './001_create_extstars_app.ts';
import { createServiceExtstars } from './002_create_service_extstars.ts';
import { createExtstarsActivation } from './003_create_extstars_activation.ts';
import { createExtstarsRelease } from './004_create_extstars_release.ts';
import { createExtstarsOrder } from './005_create_extstars_order.ts';
import { createExtstarsOrderLine } from './006_create_extstars_order_line.ts';
import { createExtstarsDonation } from './007_create_extstars_donation.ts';
import { createExtstarsCallback } from './008_create_extstars_callback.ts';

export const migrations: readonly Migration[] = [
  createExtstarsApp,
  createServiceExtstars,
  createExtstarsActivation,
  createExtstarsRelease,
  createExtstarsOrder,
  createExtstarsOrderLine,
  createExtstarsDonation,
  createExtstarsCallback,
];
