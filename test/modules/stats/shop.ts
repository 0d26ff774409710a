import { client } from '#modules/client/index';
import { currency } from '#modules/currency/index';
import { extension } from '#modules/extension/index';
import { formbuilder } from '#modules/formbuilder/index';
import { invoice } from '#modules/invoice/index';
import { order } from '#modules/order/index';
import { product } from '#modules/product/index';
import { profile } from '#modules/profile/index';
import { serviceapikey } from '#modules/serviceapikey/index';
import { staff } from '#modules/staff/index';
import { stats } from '#modules/stats/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import type { Module } from '#core/module';

/** What is counted, and no more. */
export const shop: readonly Module[] = [
  system, twoFactor, staff, client, profile, extension, formbuilder, currency, product, order, invoice, { ...serviceapikey, isEssential: true }, stats,
]; // prettier-ignore
