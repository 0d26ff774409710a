import type { Context, Tx } from '#core/context';
import { defineSocket } from '#core/plugin';
import type { OrderRef, Settings } from '#core/product';

/** All that other modules may see of custom services. */

export type CustomStep = 'activate' | 'renew' | 'suspend' | 'unsuspend' | 'cancel' | 'uncancel' | 'delete';

/** What a plugin is told of: the order and what is kept of its service. */
export interface CustomSubject {
  readonly order: OrderRef;
  readonly service: Settings;
}

/**
 * How a module gives products of type `custom` a behaviour: `plugins: [plug(customPlugin, { name, steps, methods })]`.
 * A product names it in its field `plugin`. While the module is not active, its products have none, and every step succeeds.
 */
export interface CustomPlugin {
  readonly name: string;
  /** Steps in the life of an order, each in its transaction, so without the network. One that is absent refuses the step. */
  readonly steps: Readonly<Partial<Record<CustomStep, (tx: Tx, subject: CustomSubject) => Promise<unknown>>>>;
  /** What the order's owner and staff may call by name; `params` is what they sent, unchecked. `ctx.actor` says who calls. */
  readonly methods: Readonly<
    Record<string, (ctx: Context, subject: CustomSubject, params: Settings) => Promise<unknown>>
  >;
}

export const customPlugin = defineSocket<CustomPlugin>('servicecustom.plugin');
