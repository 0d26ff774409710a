import type { Module } from '#core/module';
import { security } from './security/index.ts';
import { notification } from './notification/index.ts';
import { hook } from './hook/index.ts';
import { antispam } from './antispam/index.ts';
import { activity } from './activity/index.ts';
import { client } from './client/index.ts';
import { cron } from './cron/index.ts';
import { email } from './email/index.ts';
import { extension } from './extension/index.ts';
import { formbuilder } from './formbuilder/index.ts';
import { product } from './product/index.ts';
import { profile } from './profile/index.ts';
import { order } from './order/index.ts';
import { serviceapikey } from './serviceapikey/index.ts';
import { staff } from './staff/index.ts';
import { stats } from './stats/index.ts';
import { system } from './system/index.ts';

/** The modules that ship. Those in MODULES_DIR join them at start. */
export const shippedModules: readonly Module[] = [
  system,
  staff,
  client,
  profile,
  email,
  extension,
  formbuilder,
  product,
  order,
  serviceapikey,
  cron,
  stats,
  activity,
  antispam,
  hook,
  notification,
  security,
];
