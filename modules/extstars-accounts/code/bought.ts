import { atomic, type Context, type Tx } from '#core/context';
import { conflict, notFound } from '#core/error';
import { untilFree, type KeyVault } from '#core/key-vault';
import { addPeriod, parsePeriod } from '#core/period';
import type { OrderRef, Settings } from '#core/product';
import type { ClientService } from '#modules/client/contract';
import type { OrderService } from '#modules/order/contract';
import type { Apps } from '../app/service.ts';
import { generateCode } from './generate.ts';
import { rowOf } from './new-code.ts';
import * as codes from './repository.ts';
import type { Code } from './row.ts';
import type { Codes, ShownCode } from './service.ts';

export type BoughtCodes = ReturnType<typeof createBoughtCodes>;

interface Needs {
  readonly apps: Apps;
  readonly codes: Codes;
  readonly clients: ClientService;
  readonly orders: OrderService;
  readonly vault: KeyVault;
}

const ATTEMPTS = 10;

/** Codes that are what an order delivers: each follows its order. */
export function createBoughtCodes({ apps, codes: all, clients, orders, vault }: Needs) {
  const { getForUpdate, shown } = all;

  return {
    /** The row of an order of the product that an app sells. */
    async issue(tx: Tx, order: OrderRef): Promise<number> {
      const app = await apps.ofProduct(tx, order.productId);
      if (app === undefined) throw conflict('extstars.no_app', 'No app is set up to be sold by this product.');
      const destination = (await clients.find(tx, order.clientId))?.email ?? '';
      const isLater = app.settings.window_from === 'first_activation' && order.period !== undefined;
      return untilFree(ATTEMPTS, exhausted(), () => {
        const text = generateCode();
        const row = {
          ...rowOf(vault, app, text, { appId: app.appId, destination }),
          order,
          clientId: order.clientId,
          pendingPeriod: isLater ? order.period : undefined,
          startsAt: tx.now,
          expiresAt: undefined,
        };
        return codes.insert(tx.db, row, tx.now);
      });
    },

    /** The code that an order made, for its letters. */
    async delivered(tx: Tx, order: OrderRef): Promise<Settings> {
      const code = await codes.findByOrder(tx.db, order.id);
      if (code === undefined) throw notFound('extstars.no_code', 'The order has no activation code.');
      return { code: vault.open(code.sealedCode) };
    },

    /** The order is otherwise now, and so is its code. One whose period begins later has no end yet, and neither has the order. */
    async follow(tx: Tx, order: OrderRef): Promise<void> {
      const found = await codes.findByOrder(tx.db, order.id);
      const code = found && (await codes.findForUpdate(tx.db, found.id));
      if (code === undefined) return;
      if (code.pendingPeriod !== undefined && order.status === 'active') {
        if (order.expiresAt !== undefined) await orders.setExpiry(tx, order.id, undefined);
        return codes.update(tx.db, code, { orderStatus: order.status, expiresAt: null }, tx.now);
      }
      await codes.update(tx.db, code, { orderStatus: order.status, expiresAt: order.expiresAt ?? null }, tx.now);
    },

    /** The period that waited for it begins. Answers the code as it is now. */
    async beginPeriod(tx: Tx, code: Code): Promise<Code> {
      if (code.pendingPeriod === undefined) return code;
      const expiresAt = addPeriod(tx.now, parsePeriod(code.pendingPeriod));
      await codes.update(tx.db, code, { expiresAt, pendingPeriod: null }, tx.now);
      if (code.orderId !== undefined) await orders.setExpiry(tx, code.orderId, expiresAt);
      return { ...code, expiresAt, pendingPeriod: undefined };
    },

    async orderRemoved(tx: Tx, orderId: number): Promise<void> {
      const found = await codes.findByOrder(tx.db, orderId);
      const code = found && (await codes.findForUpdate(tx.db, found.id));
      if (code !== undefined) await codes.update(tx.db, code, { orderId: null, orderRemovedAt: tx.now }, tx.now);
    },

    /** Whose owner is removed, with the orders: their devices go on until the end of the code (spec 9). */
    async ownerRemoved(tx: Tx, clientId: number): Promise<void> {
      for (const id of await codes.listIdsOfClient(tx.db, clientId)) {
        const code = await getForUpdate(tx, id);
        const isOfNow = code.orderRemovedAt?.getTime() === tx.now.getTime();
        await codes.update(tx.db, code, { orderId: null, ...(isOfNow && { orderRemovedAt: null }) }, tx.now);
      }
    },

    revokeOfOrders: (ctx: Context, orderIds: readonly number[]): Promise<void> =>
      atomic(ctx, async (tx) => {
        for (const { id } of await codes.listByOrders(tx.db, orderIds))
          await codes.update(tx.db, await getForUpdate(tx, id), { status: 'revoked' }, tx.now);
      }),

    async showOfOrder(ctx: Context, order: OrderRef): Promise<ShownCode | undefined> {
      const code = await codes.findByOrder(ctx.db, order.id);
      return code && (await shown(ctx, [code]))[0];
    },

    listOfOrders: async (ctx: Context, orderIds: readonly number[]): Promise<ShownCode[]> =>
      shown(ctx, await codes.listByOrders(ctx.db, orderIds)),
  };
}

const exhausted = () => conflict('extstars.exhausted', 'No free activation code was found.');
