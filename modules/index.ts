import type { Module } from '#core/module';
import { security } from './security/index.ts';
import { notification } from './notification/index.ts';
import { hook } from './hook/index.ts';
import { antispam } from './antispam/index.ts';
import { activity } from './activity/index.ts';
import { cart } from './cart/index.ts';
import { client } from './client/index.ts';
import { currency } from './currency/index.ts';
import { cron } from './cron/index.ts';
import { email } from './email/index.ts';
import { extension } from './extension/index.ts';
import { extstarsAccounts } from './extstars-accounts/index.ts';
import { formbuilder } from './formbuilder/index.ts';
import { product } from './product/index.ts';
import { profile } from './profile/index.ts';
import { gatewayAlipay } from './gateway-alipay/index.ts';
import { gatewayPaypal } from './gateway-paypal/index.ts';
import { gatewayQqpay } from './gateway-qqpay/index.ts';
import { gatewaySandbox } from './gateway-sandbox/index.ts';
import { gatewayWechat } from './gateway-wechat/index.ts';
import { invoice } from './invoice/index.ts';
import { orbitCustomer } from './orbit-customer/index.ts';
import { order } from './order/index.ts';
import { serviceapikey } from './serviceapikey/index.ts';
import { servicecustom } from './servicecustom/index.ts';
import { servicedownloadable } from './servicedownloadable/index.ts';
import { servicelicense } from './servicelicense/index.ts';
import { setup } from './setup/index.ts';
import { staff } from './staff/index.ts';
import { stats } from './stats/index.ts';
import { system } from './system/index.ts';
import { twoFactor } from './two-factor/index.ts';

/** The modules that ship. Those in MODULES_DIR join them at start. */
export const shippedModules: readonly Module[] = [
  system,
  twoFactor,
  staff,
  client,
  profile,
  email,
  extension,
  formbuilder,
  currency,
  product,
  order,
  invoice,
  gatewaySandbox,
  gatewayAlipay,
  gatewayWechat,
  gatewayPaypal,
  gatewayQqpay,
  cart,
  serviceapikey,
  servicecustom,
  servicedownloadable,
  servicelicense,
  orbitCustomer,
  extstarsAccounts,
  cron,
  stats,
  activity,
  antispam,
  hook,
  notification,
  security,
  setup,
];
