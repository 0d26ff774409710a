import assert from 'node:assert/strict';
import type { Response } from 'supertest';
import type { TestApp } from '../app.ts';
import { buildClient, PASSWORD, type BuiltClient } from './client.ts';

export interface SeenItem {
  readonly id: number;
  readonly product_id: number;
  readonly title: string;
  readonly quantity: number;
  readonly price: number;
  readonly setup_price: number;
  readonly discount: number;
  readonly discount_price: number;
  readonly discount_setup: number;
  readonly total: number;
  readonly [name: string]: unknown;
}

export interface SeenCart {
  readonly promocode: string | null;
  readonly discount: number;
  readonly subtotal: number;
  readonly total: number;
  readonly items: readonly SeenItem[];
  readonly currency: { readonly code: string; readonly conversion_rate: number };
  readonly subscribable: boolean;
}

export interface SeenCheckout {
  readonly gateway_id: unknown;
  readonly invoice_hash: string | null;
  readonly order_id: string;
  readonly orders: readonly string[];
}

interface Refusal {
  readonly message: string;
  readonly code: number;
}

/** A visitor with a browser, who may have an account. */
export interface Shopper {
  /** Calls with the cookies of the browser; as a client with the token of the account. */
  send(path: string, params?: object): Promise<Response>;
  call<T = true>(path: string, params?: object): Promise<T>;
  refusal(path: string, params?: object): Promise<Refusal>;
  add(productId: number, fields?: object): Promise<true>;
  cart(): Promise<SeenCart>;
  checkout(params?: object): Promise<SeenCheckout>;
  /** Signs in with the password; `post` then carries the CSRF token of the session. */
  signIn(email: string): Promise<void>;
  signOut(): Promise<void>;
  post(path: string, params?: object): Promise<Response>;
  /** All cookies of the browser, as another browser would send them. */
  cookies(): string;
}

export function shopper(app: TestApp, account?: BuiltClient): Shopper {
  const browser = app.browser();
  let csrf = '';
  let jar = '';
  const note = (answer: Response): Response => {
    const set = (answer.headers['set-cookie'] ?? []) as unknown as string[];
    const session = set.find((cookie) => cookie.startsWith('fossbilling_session='));
    if (session !== undefined) jar = session.split(';', 1)[0] ?? '';
    return answer;
  };
  const send = async (path: string, params: object = {}): Promise<Response> => {
    const test = browser.post(`/api/${path}`);
    if (path.startsWith('client/') && account?.caller.token !== undefined)
      void test.auth('client', account.caller.token);
    return note(await test.send(params));
  };
  const answerOf = ({ body }: Response) => body as { result: unknown; error: Refusal | null };
  const post = async (path: string, params: object = {}): Promise<Response> =>
    note(await browser.post(`/api/${path}`).set('x-csrf-token', csrf).send(params));
  const self: Shopper = {
    send,
    post,
    async call<T>(path: string, params: object = {}) {
      const { result, error } = answerOf(await send(path, params));
      assert.equal(error, null, `${path} answered ${JSON.stringify(error)}`);
      return result as T;
    },
    async refusal(path, params = {}) {
      const { result, error } = answerOf(await send(path, params));
      assert.ok(error, `${path} answered ${JSON.stringify(result)}`);
      return error;
    },
    add: (id, fields = {}) => self.call('guest/cart/add_item', { id, ...fields }),
    cart: () => self.call<SeenCart>('guest/cart/get'),
    checkout: (params = {}) => self.call<SeenCheckout>('client/cart/checkout', params),
    async signIn(email) {
      const answer = answerOf(await send('guest/client/login', { email, password: PASSWORD }));
      assert.equal(answer.error, null);
      const page = await browser.get('/');
      csrf = /fossbilling_csrf=([0-9a-f]+)/.exec(String(page.headers['set-cookie']))?.[1] ?? '';
    },
    async signOut() {
      await post('client/profile/logout');
    },
    cookies: () => jar,
  };
  return self;
}

/** A client at a browser. */
export async function buildShopper(
  app: TestApp,
  fields: object = {},
): Promise<Shopper & { readonly account: BuiltClient }> {
  const account = await buildClient(app, fields);
  return { ...shopper(app, account), account };
}

/** What `product/update` takes for one price. */
export const once = (price: number, setup = 0): Record<string, unknown> => ({
  pricing: { type: 'once', once: { price, setup } },
});
export const monthly = (price: number, setup = 0): Record<string, unknown> => ({
  pricing: { type: 'recurrent', recurrent: { '1M': { price, setup, enabled: 1 } } },
});
