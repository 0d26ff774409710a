import type { AdminActor, ClientActor } from '#core/actor';
import { atomic, type Context, type Tx } from '#core/context';
import { isInForce } from '#core/delivery';
import { conflict, notFound, type AppError } from '#core/error';
import { examineDeliveries } from '#core/examine';
import { createKeyVault, untilFree } from '#core/key-vault';
import type { OrderRef, Settings } from '#core/product';
import type { Secrets } from '#core/secret';
import type { OrderService } from '#modules/order/contract';
import { apiKeyReset, type ApiKeyService } from './contract.ts';
import { customParameters, generateKey, readShape } from './generate.ts';
import * as keys from './repository.ts';

/** Which key is meant: by its order, or by itself. */
export type Which = { readonly orderId: number } | { readonly key: string };

export interface ApiKeys extends ApiKeyService {
  info(ctx: Context, key: string): Promise<{ valid: boolean; config: Settings }>;
  /** Replaces the key. A client's own only; anybody else's does not exist. */
  reset(ctx: Context<ClientActor | AdminActor>, which: Which): Promise<void>;
  /** Replaces the configuration of the service; the order keeps its own. */
  configure(ctx: Context, orderId: number, config: Settings | undefined, key: string | undefined): Promise<void>;

  issue(tx: Tx, order: OrderRef): Promise<number>;
  /** Makes the key of an order, or a new one where there is one. */
  activate(tx: Tx, order: OrderRef): Promise<Settings>;
  /** Every other step leaves the key as it is, but needs it to be there. */
  require(tx: Tx, order: OrderRef): Promise<void>;
  remove(tx: Tx, order: OrderRef): Promise<void>;
  follow(tx: Tx, order: OrderRef): Promise<void>;
  show(ctx: Context, order: OrderRef): Promise<Settings | undefined>;
  delivered(ctx: Context, orders: readonly OrderRef[]): Promise<ReadonlySet<number>>;
  /** Sentences about keys that do not fit their orders. */
  examine(ctx: Context): Promise<string[]>;
}

const MAX_ATTEMPTS = 10;

export function createApiKeys({ orders, secrets }: { orders: OrderService; secrets: Secrets }): ApiKeys {
  const { seal, open, hashOf, exactHashOf } = createKeyVault(secrets, 'serviceapikey.key');
  const opened = ({ sealedKey }: keys.ApiKey): string | undefined => sealedKey && open(sealedKey);

  return {
    async isValid(ctx, key) {
      const standing = await keys.findStanding(ctx.db, hashOf(key));
      if (standing === undefined || !isExact(standing, key)) throw unknownKey();
      return isInForce(standing, ctx.now);
    },

    async info(ctx, key) {
      const found = await keys.findInfo(ctx.db, hashOf(key));
      if (found === undefined || !isExact(found, key)) throw unknownKey();
      return { valid: isInForce(found, ctx.now), config: customParameters(found.config) };
    },

    reset: (ctx, which) =>
      atomic(ctx, async (tx) => {
        const current = await getOwn(tx, which);
        if (!isInForce(current, tx.now)) throw conflict('serviceapikey.order_not_active', 'Order is not active');
        await replaceKey(tx, current.id, current.config);
        await tx.emit(apiKeyReset, { orderId: current.orderId, clientId: current.clientId });
        await tx.record(`Reset the API key of order #${current.orderId}`);
      }),

    configure: (ctx, orderId, config, key) =>
      atomic(ctx, async (tx) => {
        const current = await getByOrder(tx, orderId);
        if (key !== undefined && key !== opened(current))
          throw conflict(
            'serviceapikey.key_given',
            'To change the API key, please use the reset function rather than updating it.',
          );
        if (config !== undefined && Object.keys(config).length > 0)
          await keys.setConfig(tx.db, current.id, config, tx.now);
        await tx.record(`Updated the API key of order #${orderId}`);
      }),

    issue: (tx, order) => keys.insert(tx.db, order, tx.now),

    async activate(tx, order) {
      const current = await required(tx, order);
      return { api_key: await replaceKey(tx, current.id, order.config) };
    },

    async require(tx, order) {
      await required(tx, order);
    },
    remove: (tx, order) => keys.removeByOrder(tx.db, order.id),
    follow: (tx, order) => keys.setStanding(tx.db, order),

    async show(ctx, order) {
      const found = await keys.findByOrder(ctx.db, order.id);
      if (found === undefined) return undefined;
      const { id, createdAt, updatedAt, config } = found;
      return { id, created_at: createdAt, updated_at: updatedAt, api_key: opened(found) ?? null, config };
    },

    delivered: (ctx, list) => keys.listOrdersWith(ctx.db, idsOf(list)),

    examine: (ctx) => examineDeliveries(ctx, orders, keys.listAfter, findingsOf),
  };

  async function getOwn(tx: Tx<ClientActor | AdminActor>, which: Which): Promise<keys.ApiKey & keys.Standing> {
    const orderId = 'orderId' in which ? which.orderId : (await keys.findByHash(tx.db, hashOf(which.key)))?.orderId;
    if (orderId === undefined) throw unknownKey();
    const found = await getByOrder(tx, orderId);
    const isForeign = tx.actor.kind === 'client' && tx.actor.id !== found.clientId;
    if (isForeign || ('key' in which && !isExact(found, which.key))) throw unknownKey();
    return found;
  }

  async function getByOrder(tx: Tx, orderId: number): Promise<keys.ApiKey & keys.Standing> {
    if ((await orders.find(tx, orderId)) === undefined) throw notFound('order.unknown', 'Order not found');
    const found = await keys.findForUpdate(tx.db, orderId);
    if (found === undefined) throw unknownKey();
    return found;
  }

  async function required(tx: Tx, order: OrderRef): Promise<keys.ApiKey> {
    const found = await keys.findForUpdate(tx.db, order.id);
    if (found === undefined) throw notFound('serviceapikey.missing', 'Could not find active service');
    return found;
  }

  async function replaceKey(tx: Tx, id: number, config: Settings): Promise<string> {
    const shape = readShape(config);
    return untilFree(MAX_ATTEMPTS, exhausted(), async () => {
      const key = generateKey(shape);
      const exactHash = shape.case === 'mixed' ? exactHashOf(key) : undefined;
      await keys.setKey(tx.db, id, { sealedKey: seal(key), keyHash: hashOf(key), exactHash }, tx.now);
      return key;
    });
  }

  function isExact({ exactHash }: keys.Standing, key: string): boolean {
    return exactHash === undefined || exactHash === exactHashOf(key);
  }
}

const unknownKey = (): AppError => notFound('serviceapikey.unknown', 'API key does not exist');
const exhausted = (): AppError =>
  conflict('serviceapikey.exhausted', 'Maximum number of iterations reached while generating API key');

function findingsOf(key: keys.ApiKey & keys.Standing, order: OrderRef | undefined): string[] {
  if (order === undefined) return [`API key ${key.id} belongs to order ${key.orderId}, which does not exist.`];
  if (order.serviceId !== key.id) return [`API key ${key.id} is not the one that order ${order.id} names.`];
  const isSame = order.status === key.status && order.expiresAt?.getTime() === key.expiresAt?.getTime();
  if (!isSame) return [`API key ${key.id} does not follow the status or expiry of order ${order.id}.`];
  return order.status === 'active' && key.sealedKey === undefined
    ? [`Order ${order.id} is active without an API key.`]
    : [];
}

const idsOf = (list: readonly OrderRef[]): number[] => list.map(({ id }) => id);
