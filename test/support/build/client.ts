import assert from 'node:assert/strict';
import { client } from '#modules/client/index';
import { extension } from '#modules/extension/index';
import { profile } from '#modules/profile/index';
import { staff } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, client as clientCaller, guest, type Caller, type TestApp } from '../app.ts';

/** What clients need, and no more: a small engine starts sooner. */
export const modules = [system, twoFactor, staff, client, profile, extension];

export const PASSWORD = 'Sunny-Day-42';
export const NEXT_PASSWORD = 'Rainy-Day-43';

let count = 0;
export const newEmail = (): string => `client${++count}@example.com`;

export interface BuiltClient {
  readonly id: number;
  readonly email: string;
  readonly caller: Caller;
}

/** An active client with an API token; the password is PASSWORD. */
export async function buildClient(app: TestApp, fields: object = {}): Promise<BuiltClient> {
  const email = newEmail();
  const sent = { email, first_name: 'Kay', password: PASSWORD, send_welcome_email: false, ...fields };
  const id = Number(await app.call(admin, 'client/create', sent));
  return { id, email, caller: clientCaller(await app.call(admin, 'profile/api_key_reset', { id })) };
}

export const signUp = (fields: object = {}) => ({
  email: newEmail(),
  first_name: 'Eve',
  password: PASSWORD,
  password_confirm: PASSWORD,
  ...fields,
});

export const configure = (app: TestApp, config: object): Promise<boolean> =>
  app.call(admin, 'extension/config_save', { ext: 'mod_client', ...config });

export interface SeenClient {
  readonly id: number;
  readonly email: string;
  readonly status: string;
  readonly balance: number;
  readonly [field: string]: unknown;
}
export const see = (app: TestApp, id: number): Promise<SeenClient> => app.call(admin, 'client/get', { id });

/** What the last letter's link carries. */
export async function linkIn(app: TestApp, page: string): Promise<string> {
  await app.settle();
  const letters = (await app.mails()).map((mail) => mail.replaceAll('=\r\n', '').replaceAll('=3D', '='));
  const found = letters.flatMap((mail) => new RegExp(`${page}/([0-9a-z]{50,64})`).exec(mail)?.[1] ?? []);
  return found.at(-1) ?? '';
}

export async function askReset(app: TestApp, email: string): Promise<string> {
  await app.call(guest, 'client/reset_password', { email });
  return linkIn(app, 'client/reset-password-confirm');
}

/** A browser with a client's session that has loaded a page. */
export async function signIn(app: TestApp, email: string, password = PASSWORD) {
  const browser = app.browser();
  const answer = await browser.post('/api/guest/client/login').send({ email, password });
  assert.equal((answer.body as { error: unknown }).error, null);
  const page = await browser.get('/');
  const csrf = /fossbilling_csrf=([0-9a-f]+)/.exec(String(page.headers['set-cookie']))?.[1] ?? '';
  return {
    post: (path: string, params: object = {}) => browser.post(`/api/${path}`).set('x-csrf-token', csrf).send(params),
  };
}
