import type { Context, Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { PaymentNotice } from '#core/gateway';
import { subscriptionCreated } from '../contract.ts';
import * as subscriptions from './repository.ts';
import { sidKeyOf } from './repository.ts';

/** What a gateway says of a subscription, and whose it is. */
export interface Announcement {
  readonly gatewayId: number;
  readonly notice: PaymentNotice;
  readonly invoiceId: number | undefined;
  readonly clientId: number | undefined;
}

/** Subscriptions as gateways tell of them, in whatever order. */
export interface SubscriptionBook {
  /** Makes the row once; one that has ended stays ended. */
  announce(tx: Tx, announcement: Announcement): Promise<void>;
  /** Also of one that was never announced, so that its beginning cannot come after its end. */
  end(tx: Tx, announcement: Announcement): Promise<void>;
  /** The invoice it began with. */
  originOf(ctx: Context, gatewayId: number, sid: string): Promise<number | undefined>;
  clientOf(ctx: Context, gatewayId: number, sid: string): Promise<number | undefined>;
}

export function createSubscriptionBook(): SubscriptionBook {
  async function ensure(
    tx: Tx,
    { gatewayId, notice, invoiceId, clientId }: Announcement,
    status: string,
  ): Promise<number> {
    const sid = notice.subscriptionId ?? notice.externalId;
    const known = await subscriptions.findAtGateway(tx.db, gatewayId, sid);
    if (known !== undefined) return known.id;
    try {
      const id = await subscriptions.insert(
        tx.db,
        {
          clientId,
          gatewayId,
          sid,
          sidKey: sidKeyOf(sid),
          ...(invoiceId !== undefined && { relType: 'invoice', relId: invoiceId }),
          period: notice.period,
          ...(notice.amount && { amount: notice.amount }),
          status,
        },
        tx.now,
      );
      if (status === 'active') await tx.emit(subscriptionCreated, { subscriptionId: id });
      return id;
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return (await subscriptions.findAtGateway(tx.db, gatewayId, sid))?.id ?? 0;
    }
  }

  return {
    announce: async (tx, announcement) => void (await ensure(tx, announcement, 'active')),
    async end(tx, announcement) {
      const id = await ensure(tx, announcement, 'canceled');
      const row = await subscriptions.findForUpdate(tx.db, id);
      if (row !== undefined && row.status !== 'canceled')
        await subscriptions.update(tx.db, id, { status: 'canceled' }, tx.now);
    },
    async originOf(ctx, gatewayId, sid) {
      const found = await subscriptions.findAtGateway(ctx.db, gatewayId, sid);
      return found?.relType === 'invoice' ? found.relId : undefined;
    },
    clientOf: async (ctx, gatewayId, sid) => (await subscriptions.findAtGateway(ctx.db, gatewayId, sid))?.clientId,
  };
}
