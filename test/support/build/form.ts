import { client } from '#modules/client/index';
import { currency } from '#modules/currency/index';
import { extension } from '#modules/extension/index';
import { formbuilder } from '#modules/formbuilder/index';
import { order } from '#modules/order/index';
import { product } from '#modules/product/index';
import { profile } from '#modules/profile/index';
import { serviceapikey } from '#modules/serviceapikey/index';
import { staff } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import type { Module } from '#core/module';
import { admin, type TestApp } from '../app.ts';

/** What order forms are used with, and no more. */
export const modules: readonly Module[] = [
  system, twoFactor, staff, client, profile, extension, formbuilder, currency, product, order, { ...serviceapikey, isEssential: true },
]; // prettier-ignore

export interface SeenField {
  readonly id: number;
  readonly name: string;
  readonly label: string;
  readonly type: string;
  readonly default_value: unknown;
  readonly options: unknown;
  readonly required: number | null;
  readonly [key: string]: unknown;
}

export interface SeenForm {
  readonly id: number;
  readonly name: string;
  readonly style: { readonly type: string; readonly show_title: string };
  readonly fields: readonly SeenField[];
}

export const buildForm = (app: TestApp, name = 'Questions'): Promise<number> =>
  app.call(admin, 'formbuilder/create_form', { name });

export const buildField = (app: TestApp, formId: number, fields: object = {}): Promise<number> =>
  app.call(admin, 'formbuilder/add_field', { form_id: formId, type: 'text', ...fields });

export const see = (app: TestApp, id: number): Promise<SeenForm> => app.call(admin, 'formbuilder/get_form', { id });
export const seeField = (app: TestApp, id: number): Promise<SeenField> =>
  app.call(admin, 'formbuilder/get_field', { id });
