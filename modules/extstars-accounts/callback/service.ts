import { DAY, HOUR, later, MINUTE, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { messageOf, notFound } from '#core/error';
import { NotYet } from '#core/listener';
import { randomHex } from '#core/secret';
import type { App, Apps } from '../app/service.ts';
import * as donations from '../donation/repository.ts';
import { callbackDue } from '../event.ts';
import { sumText } from '../order/amount.ts';
import * as orders from '../order/repository.ts';
import type { Order } from '../order/repository.ts';
import type { ReadRules } from '../rules.ts';
import * as callbacks from './repository.ts';
import { postJson } from './send.ts';
import { signatureOf } from './signature.ts';
import { checkedUrl } from './url.ts';

/** Pauses after the first, the second … failure; then it is given up. */
const PAUSES = [MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 6 * HOUR, DAY];

export type Callbacks = ReturnType<typeof createCallbacks>;

interface Needs {
  readonly apps: Apps;
  readonly rules: ReadRules;
  /** A time in the words of the wire. */
  readonly timeText: (time: Date) => string;
}

/** What an app is told of its paid orders: by us with a notification, and by the buyer's browser coming back. */
export function createCallbacks({ apps, rules, timeText }: Needs) {
  async function fieldsOf(ctx: Context, app: App, order: Order): Promise<Record<string, string>> {
    const donation = order.kind === 'donation' ? await donations.findByOrder(ctx.db, order.id) : undefined;
    const fields: Record<string, string> = {
      app_id: String(order.appId),
      order_id: String(order.id),
      type: order.kind,
      amount: order.kind === 'codes' ? String(order.quantity) : sumText(order.money),
      money: sumText(order.money),
      currency: order.money.currency,
      is_paid: order.status === 'paid' ? '1' : '0',
      pay_method: order.payMethod,
      device_id: order.deviceId,
      user_name: order.userName,
      user_link: order.userLink,
      ...(donation !== undefined && { app_donation_id: String(donation.id) }),
      ...(app.settings.callback_email && { user_email: order.userEmail }),
      created_at: timeText(order.createdAt),
      ...(order.paidAt !== undefined && { paid_at: timeText(order.paidAt) }),
      timestamp: String(Math.floor(ctx.now.getTime() / SECOND)),
      nonce: randomHex(32),
    };
    return { ...fields, sign: signatureOf(fields, app.signKey) };
  }

  return {
    fieldsOf,

    /** In the transaction in which the order becomes paid: nobody is told of less, and nobody twice. */
    async plan(tx: Tx, order: Order): Promise<void> {
      const { settings } = await apps.get(tx, order.appId);
      if (settings.notify_url === '') return;
      const callbackId = await callbacks.insert(tx.db, order.appId, order.id, tx.now);
      await tx.emit(callbackDue, { callbackId });
    },

    /** Told by the outbox, again at each later time until the app has heard. */
    async deliver(ctx: Context, callbackId: number): Promise<void> {
      const callback = await callbacks.find(ctx.db, callbackId);
      if (callback?.nextAt === undefined) return;
      if (callback.nextAt > ctx.now) throw new NotYet(callback.nextAt);
      const order = await orders.find(ctx.db, callback.orderId);
      const app = order && (await apps.get(ctx, order.appId));
      if (order === undefined || app === undefined) return;
      const attempts = callback.attempts + 1;
      const failure = await attempt(ctx, app, order);
      const pause = failure === undefined ? undefined : PAUSES[callback.attempts];
      const nextAt = pause === undefined ? null : later(ctx.now, pause);
      const done = { deliveredAt: ctx.now, failedAt: null, lastError: null };
      const failed = { lastError: failure ?? null, ...(nextAt === null && { failedAt: ctx.now }) };
      const outcome = { attempts, nextAt, ...(failure === undefined ? done : failed) };
      await atomic(ctx, (tx) => callbacks.update(tx.db, callback.id, outcome, tx.now));
      if (failure === undefined) return;
      if (nextAt !== null) throw new NotYet(nextAt);
      ctx.log.warn('a callback was given up', { order: order.id, error: failure });
    },

    /** From the beginning, whatever became of it; for an app that got its receiver later too. */
    resend: (ctx: Context, orderId: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        const order = await orders.findForUpdate(tx.db, orderId);
        if (order?.status !== 'paid') throw notFound('extstars.unknown_order', 'There is no such paid order.');
        const known = await callbacks.findByOrder(tx.db, orderId);
        const callbackId = known?.id ?? (await callbacks.insert(tx.db, order.appId, orderId, tx.now));
        await callbacks.update(
          tx.db,
          callbackId,
          { attempts: 0, nextAt: tx.now, deliveredAt: null, failedAt: null, lastError: null },
          tx.now,
        );
        await tx.emit(callbackDue, { callbackId });
        await tx.record(`Sends the callback of order ${orderId} again`);
      }),

    statesOf: (ctx: Context, orderIds: readonly number[]) => callbacks.listByOrders(ctx.db, orderIds),

    /** Where the buyer's browser goes; undefined for an app without a place for it. */
    async redirectUrl(ctx: Context, order: Order): Promise<string | undefined> {
      const app = await apps.get(ctx, order.appId);
      if (app.settings.redirect_url === '') return undefined;
      const url = new URL(app.settings.redirect_url);
      for (const [name, value] of Object.entries(await fieldsOf(ctx, app, order))) url.searchParams.set(name, value);
      return url.href;
    },
  };

  /** What went wrong. */
  async function attempt(ctx: Context, app: App, order: Order): Promise<string | undefined> {
    try {
      const url = checkedUrl(app.settings.notify_url, 'The app has no address for notifications.');
      const { allowsPrivateCallbacks: allowsPrivate } = await rules(ctx);
      const status = await postJson(url, JSON.stringify(await fieldsOf(ctx, app, order)), { allowsPrivate });
      return status >= 200 && status < 300 ? undefined : `The receiver answered ${status}.`;
    } catch (error) {
      return messageOf(error);
    }
  }
}
