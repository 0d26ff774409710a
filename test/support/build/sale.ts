import type { TestApp } from '../app.ts';
import { admin } from '../app.ts';

/** What a sale of a key needs, made through the front door. */

let count = 0;
/** For e-mails and names that must differ. */
export const unique = (): string => `${Date.now().toString(36)}${(count++).toString(36)}`;

export async function buildClient(app: TestApp, fields: object = {}): Promise<number> {
  const email = `client-${unique()}@example.com`;
  return Number(
    await app.call(admin, 'client/create', { email, first_name: 'Kay', password: 'Correct-Horse-7', ...fields }),
  );
}

export async function buildProduct(app: TestApp, change: object = {}): Promise<number> {
  const id = await app.call<number>(admin, 'product/prepare', { title: `Key ${unique()}`, type: 'apikey' });
  await app.call(admin, 'product/update', { id, status: 'enabled', pricing: { type: 'free' }, ...change });
  return id;
}

export interface KeyOrder {
  readonly orderId: number;
  readonly clientId: number;
  readonly key: string;
}

/** An active order of a key. */
export async function buildKey(
  app: TestApp,
  order: { clientId?: number; config?: object; period?: string } = {},
): Promise<KeyOrder> {
  const clientId = order.clientId ?? (await buildClient(app));
  const productId = await buildProduct(app);
  const orderId = await app.call<number>(admin, 'order/create', {
    client_id: clientId,
    product_id: productId,
    activate: 1,
    config: order.config ?? {},
    ...(order.period && { period: order.period, price: 1 }),
  });
  return { orderId, clientId, key: await keyOf(app, orderId) };
}

export const keyOf = async (app: TestApp, orderId: number): Promise<string> =>
  (await app.call<{ api_key: string }>(admin, 'order/service', { id: orderId })).api_key;

/** A client's API token. */
export const tokenOf = (app: TestApp, clientId: number): Promise<string> =>
  app.call(admin, 'profile/api_key_reset', { id: clientId });
