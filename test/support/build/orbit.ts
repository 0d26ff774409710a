import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { base58 } from '@scure/base';
import supertest from 'supertest';
import { admin, type TestApp } from '../app.ts';
import { buildClient, unique } from './sale.ts';

/** What the tests of the customer API need, made through the front door. */

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  // The wire is what is tested, so its shape is open here.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any;
}

export type Headers = Readonly<Record<string, string>>;

export interface OrbitClient {
  readonly clientId: number;
  readonly key: string;
  /** `~1` in a route is the id of the client's first licence. */
  call(route: string, body?: unknown, headers?: Headers): Promise<Reply>;
}

/** `send(app, 'GET /licenses', { headers })`: version 2, unless the path is absolute. */
export async function send(
  app: TestApp,
  route: string,
  { body, headers = {}, form = false }: { body?: unknown; headers?: Headers; form?: boolean } = {},
): Promise<Reply> {
  const [method = '', path = ''] = route.split(' ', 2);
  const url = path.startsWith('/customer/') || path.startsWith('/api/') ? path : `/customer/v2${path}`;
  const verb = method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete' | 'put';
  const test = supertest(app.app.server)[verb](url).set(headers);
  const answer =
    body === undefined ? await test : await test.type(form ? 'form' : 'json').send(body as string | object);
  return { status: answer.status, headers: answer.headers as Reply['headers'], body: answer.body as unknown };
}

/** A client with an API key of the customer API, come by through a wallet. */
export async function orbitClient(
  app: TestApp,
  fields: object = {},
): Promise<OrbitClient & { wallet: TestWallet; token: string }> {
  const wallet = newWallet();
  const { body, status } = await register(app, wallet, fields);
  assert.equal(status, 201, JSON.stringify(body));
  const key = body.data.api_key.key as string;
  return {
    clientId: body.data.user.id as number,
    key,
    wallet,
    token: body.data.access_token as string,
    async call(route, sent, headers = {}) {
      const all = { 'x-orbit-key': key, ...headers };
      const first = route.includes('~1') ? await send(app, 'GET /licenses', { headers: all }) : undefined;
      const id = (first?.body.data.licenses as { id: string }[] | undefined)?.at(-1)?.id ?? '';
      return send(app, route.replace('~1', id), { body: sent, headers: all });
    },
  };
}

export interface TestWallet {
  readonly address: string;
  sign(text: string | Uint8Array): string;
  readonly privateKey: KeyObject;
}

export function newWallet(): TestWallet {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    address: base58.encode(raw),
    privateKey,
    sign: (text) => base58.encode(sign(null, Buffer.from(text), privateKey)),
  };
}

export async function challengeOf(app: TestApp, wallet: TestWallet): Promise<string> {
  const { body } = await send(app, 'POST /auth/wallet/challenge', { body: { wallet_address: wallet.address } });
  return body.data.challenge as string;
}

export async function register(app: TestApp, wallet: TestWallet, fields: object = {}): Promise<Reply> {
  const signature = wallet.sign(await challengeOf(app, wallet));
  return send(app, 'POST /auth/wallet/register', { body: { wallet_address: wallet.address, signature, ...fields } });
}

export const buildLocation = (app: TestApp, code: string, fields: object = {}): Promise<number> =>
  app.call<number>(admin, 'orbit/location_create', {
    code,
    name: `Region ${code}`,
    urls: [`https://${code}.example.com`],
    ...fields,
  });

/** A plan at 10 a month, with 5, 10 and 15 per cent off for longer periods. */
export async function buildPlan(
  app: TestApp,
  config: object = {},
  change: object = {},
): Promise<{ id: number; slug: string }> {
  const title = `RPC plan ${unique()}`;
  const id = await app.call<number>(admin, 'product/prepare', { title, type: 'orbit' });
  const period = (price: number, enabled = 1) => ({ price, setup: 0, enabled });
  await app.call(admin, 'product/update', {
    id,
    status: 'enabled',
    setup: 'after_payment',
    pricing: {
      type: 'recurrent',
      recurrent: { '1M': period(10), '3M': period(28.5), '6M': period(54), '1Y': period(102) },
    },
    ...change,
  });
  if (Object.keys(config).length > 0) await app.call(admin, 'product/update_config', { id, config });
  const { slug } = await app.call<{ slug: string }>(admin, 'product/get', { id });
  return { id, slug };
}

/** An active licence, ordered by staff. */
export async function buildLicense(
  app: TestApp,
  clientId: number,
  { plan, config = {}, activate = 1 }: { plan?: number; config?: object; activate?: 0 | 1 } = {},
): Promise<{ orderId: number; productId: number }> {
  const productId = plan ?? (await buildPlan(app, config)).id;
  const orderId = await app.call<number>(admin, 'order/create', {
    client_id: clientId,
    product_id: productId,
    period: '1M',
    activate,
  });
  return { orderId, productId };
}

export const addFunds = (app: TestApp, clientId: number, amount: number): Promise<unknown> =>
  app.call(admin, 'client/balance_add_funds', { id: clientId, amount, description: 'For the test' });

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

export { buildClient };
