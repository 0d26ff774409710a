import type { Context } from '#core/context';
import { examineInChunks, MOST_FINDINGS } from '#core/examine';
import type { OrderService } from '#modules/order/contract';
import * as activations from '../activation/repository.ts';
import * as codes from './repository.ts';

/** For the doctor: devices that do not follow their codes, and codes that do not follow their orders. */
export async function examineCodes(ctx: Context, orders: OrderService): Promise<string[]> {
  const findings = await activations.listMisfits(ctx.db);
  const unfollowing = await examineInChunks(
    (afterId, limit) => codes.listAfter(ctx.db, {}, afterId, limit),
    async (chunk) => {
      const orderOf = await orders.findAll(
        ctx,
        chunk.flatMap(({ orderId }) => orderId ?? []),
      );
      return chunk.flatMap(({ id, orderId, orderStatus }) => {
        if (orderId === undefined) return [];
        const order = orderOf.get(orderId);
        if (order === undefined) return `Activation code ${id} belongs to order ${orderId}, which does not exist.`;
        if (order.status === orderStatus) return [];
        return `Activation code ${id} does not follow the status of order ${orderId}.`;
      });
    },
  );
  return [...findings, ...unfollowing].slice(0, MOST_FINDINGS);
}
