import type { ClientActor } from '#core/actor';
import { atomic, type Context, type Tx } from '#core/context';
import { conflict } from '#core/error';
import type { BillingDesk } from './billing.ts';
import type { Cancellation } from './cancellation.ts';
import type { Order } from './contract.ts';
import { END_SCHEDULED, RENEWAL_HELD } from './meta.ts';
import * as history from './repository-history.ts';
import * as metas from './repository-meta.ts';
import { getForUpdate } from './transitions.ts';
import { getOwn } from './views.ts';

/** How owners let an order end: what is paid for they keep, and nothing more is asked of them. */
export interface Ending {
  stateOf(ctx: Context, order: Order): Promise<EndingState>;
  /** With its period: its subscriptions end, and it is not renewed. */
  end(ctx: Context<ClientActor>, id: number, reason: string): Promise<void>;
  /** Takes that back, unless a gateway was told. */
  keep(ctx: Context<ClientActor>, id: number): Promise<void>;
}

export interface EndingState {
  readonly isEnding: boolean;
  readonly canEnd: boolean;
  readonly canKeep: boolean;
}

interface Needs {
  readonly billing: BillingDesk;
  readonly cancellation: Cancellation;
}

const ENDABLE: readonly string[] = ['active', 'suspended', 'failed_renew'];

export function createEnding({ billing, cancellation }: Needs): Ending {
  async function stateOf(ctx: Context, order: Order): Promise<EndingState> {
    const isScheduled = (await metas.find(ctx.db, order.id, END_SCHEDULED)) === '1';
    const isHeld = (await metas.find(ctx.db, order.id, RENEWAL_HELD)) === '1';
    const mayEnd = ENDABLE.includes(order.status) && order.period !== undefined;
    return {
      isEnding: mayEnd && (isScheduled || isHeld),
      canEnd: mayEnd && !isScheduled && !isHeld,
      canKeep: mayEnd && isHeld && !isScheduled,
    };
  }

  return {
    stateOf,

    async end(ctx, id, reason) {
      const order = await getOwn(ctx, id, ctx.actor.id);
      if (!(await stateOf(ctx, order)).canEnd) throw notEndable();
      if (await cancellation.canCancelAtPeriodEnd(ctx, id))
        return cancellation.cancelAtPeriodEnd(ctx, id, reason === '' ? undefined : reason);
      await billing.current()?.endSubscriptions(ctx, id); // the network: not in a transaction
      await change(ctx, id, async (tx, { canEnd }) => {
        if (!canEnd) throw notEndable();
        await metas.set(tx.db, id, RENEWAL_HELD, '1', tx.now);
        return reason === '' ? 'The client ends it with its period' : `The client ends it with its period: ${reason}`;
      });
    },

    keep: (ctx, id) =>
      change(ctx, id, async (tx, { canKeep }) => {
        if (!canKeep) throw notEnding();
        await metas.remove(tx.db, id, RENEWAL_HELD);
        return 'The client keeps it after all';
      }),
  };

  /** `work` gives what the history says of it. */
  function change(
    ctx: Context<ClientActor>,
    id: number,
    work: (tx: Tx, state: EndingState) => Promise<string>,
  ): Promise<void> {
    return atomic(ctx, async (tx) => {
      await getOwn(tx, id, tx.actor.id);
      const order = await getForUpdate(tx, id);
      const note = await work(tx, await stateOf(tx, order));
      await history.insert(tx.db, id, order.status, note, tx.now);
      await tx.record(`${note}: order #${id}`);
    });
  }
}

const notEndable = () => conflict('order.not_endable', 'This order does not renew itself, or is ending already.');
const notEnding = () => conflict('order.not_ending', 'This order is not ending, or its end cannot be taken back.');
