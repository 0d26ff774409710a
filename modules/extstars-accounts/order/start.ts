import { randomBytes } from 'node:crypto';
import { HOUR, later } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { AppError } from '#core/error';
import type { Invoice } from '#modules/invoice/contract';
import { hashOf } from '../activation/hash.ts';
import type { App } from '../app/service.ts';
import type { PayMethod } from '../rules.ts';
import type { Shown, Way, Ways } from './payment.ts';
import * as orders from './repository.ts';
import type { Orders } from './service.ts';

/** A payment that was asked for; the token is told once. */
export interface Started extends Shown {
  readonly orderId: number;
  readonly token: string;
}

export type Start = ReturnType<typeof createStart>;

const TOKEN_BYTES = 16;

/** Asks the gateway for a payment of an order that was just made; an order the gateway refuses is closed. */
export const createStart =
  ({ ways, orders: all }: { readonly ways: Ways; readonly orders: Orders }) =>
  async (
    ctx: Context,
    app: App,
    way: Way & { readonly method: PayMethod },
    { id, invoice }: { readonly id: number; readonly invoice: Invoice },
    token: string,
  ): Promise<Started | undefined> => {
    try {
      const { reference, ...shownToBuyer } = await ways.start(
        ctx,
        app,
        { ...way, backUrl: all.returnUrl(id) },
        invoice,
      );
      await atomic(ctx, (tx) => orders.setReference(tx.db, id, reference));
      return { orderId: id, token, ...shownToBuyer };
    } catch (error) {
      if (!(error instanceof AppError) || error.kind === 'internal') throw error;
      ctx.log.warn('a payment could not be started', { order: id, error });
      await all.close(ctx, await all.get(ctx, id));
      return undefined;
    }
  };

export const newToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** What donations and purchases have in common. */
export const orderOf = (
  tx: Tx,
  app: App,
  { given, method }: { readonly given: string; readonly method: PayMethod },
  { gatewayId, isTest }: Way,
  token: string,
) => ({
  appId: app.appId,
  given: given.slice(0, 40),
  payMethod: method,
  gatewayId,
  isTest,
  checkHash: hashOf(token),
  checkUntil: later(tx.now, HOUR),
  ip: tx.ip,
});
