import assert from 'node:assert/strict';
import supertest from 'supertest';
import { admin, type TestApp } from '../app.ts';
import { buildSandbox } from './payment.ts';
import { buildClient, unique } from './sale.ts';

/** What the tests of the extstars dialect need, made through the front door. */

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly code: number;
  // The wire is what is tested, so its shape is open here.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any;
  readonly token?: string;
  readonly text: string;
}

interface Sending {
  readonly appId?: number | string | undefined;
  readonly token?: string | undefined;
  readonly form?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  readonly from?: TestApp['app'];
}

export const APP = 31;
export const [ACTIVE, DEACTIVE, CHECK] = ['active', 'deactive', 'check'].map(
  (name) => `/api/v1/simple/code/${name}`,
) as [string, string, string];

/** Posts to the dialect as JSON, or as a form; an empty `appId` leaves the header out. */
export async function send(
  app: TestApp,
  path: string,
  body: unknown = {},
  { appId = APP, token, form = false, headers = {}, from }: Sending = {},
): Promise<Answer> {
  const isAnonymous = appId === '';
  const test = supertest((from ?? app.app).server)
    .post(path)
    .type(form ? 'form' : 'json')
    .set({
      ...(!isAnonymous && { appid: String(appId) }),
      ...(token !== undefined && { token }),
      ...headers,
    });
  const answer = await test.send(body as object);
  const said = answer.body as { code: number; data: unknown; token?: string; message: string };
  return {
    status: answer.status,
    headers: answer.headers as Answer['headers'],
    code: said.code,
    data: said.data,
    text: answer.text,
    ...(said.token !== undefined && { token: said.token }),
  };
}

/** An app; codes cost 10 a piece where there is a product. */
export async function buildApp(app: TestApp, fields: object = {}, appId = APP): Promise<number> {
  return app.call<number>(admin, 'extstars/app_create', {
    app_id: appId,
    name: `App ${appId}`,
    currency: 'USD',
    ...fields,
  });
}

export async function buildSale(app: TestApp, fields: object = {}, product: object = {}): Promise<number> {
  const productId = await app.call<number>(admin, 'product/prepare', { title: `Codes ${unique()}`, type: 'extstars' });
  await app.call(admin, 'product/update', {
    id: productId,
    status: 'enabled',
    setup: 'after_payment',
    pricing: { type: 'once', once: { price: 10, setup: 0 } },
    ...product,
  });
  await buildApp(app, { product_id: productId, ...fields });
  return productId;
}

/** The sandbox gateway takes all five methods. */
export async function openSandbox(app: TestApp, config: object = {}): Promise<number> {
  const id = await buildSandbox(app);
  await configure(app, { sandbox: true, ...config });
  return id;
}

export const configure = (app: TestApp, config: object): Promise<unknown> =>
  app.call(admin, 'extension/config_save', { ext: 'mod_extstars-accounts', ...config });

export interface BuiltCode {
  readonly id: number;
  readonly code: string;
}

/** A code that staff made, for a client of its own unless told otherwise. */
export async function buildCode(app: TestApp, fields: object = {}): Promise<BuiltCode & { email: string }> {
  const email = `holder-${unique()}@example.com`;
  if (!('destination' in fields)) await buildClient(app, { email });
  const { batch } = await app.call<{ batch: string }>(admin, 'extstars/code_generate', {
    app_id: APP,
    destination: email,
    ...fields,
  });
  const { list } = await app.call<{ list: BuiltCode[] }>(admin, 'extstars/code_get_list', { batch });
  const [code] = list;
  assert.ok(code);
  return { ...code, email };
}

export const activate = (app: TestApp, code: string, device = 'device-1', more: object = {}, how: Sending = {}) =>
  send(app, ACTIVE, { code, device_id: device, device_info: 'a test', ...more }, how);

/** The token of a device that is live. */
export async function liveToken(app: TestApp, code: string, device = 'device-1'): Promise<string> {
  const answer = await activate(app, code, device);
  assert.equal(answer.code, 100, answer.text);
  return answer.data.token as string;
}

export const check = (app: TestApp, token: string, device = 'device-1', more: object = {}, how: Sending = {}) =>
  send(app, CHECK, { device_id: device, ...more }, { token, ...how });
