import type { ClientActor } from '#core/actor';
import { atomic, type Context, type Tx } from '#core/context';
import { requireDelivered, requireUsable } from '#core/delivery';
import { conflict, forbidden, notFound } from '#core/error';
import { examineDeliveries } from '#core/examine';
import type { Plugins } from '#core/plugin';
import type { OrderRef, Settings } from '#core/product';
import type { OrderService } from '#modules/order/contract';
import type { ProductService } from '#modules/product/contract';
import { customPlugin, type CustomPlugin, type CustomStep } from './contract.ts';
import * as services from './repository.ts';

/** A method of the plugin, and what is handed to it. */
export interface Call {
  readonly orderId: number;
  readonly method: string;
  readonly params: Settings;
}

export interface CustomServices {
  /** A client's own order only, and only while it may be used. */
  callOwn(ctx: Context<ClientActor>, call: Call): Promise<unknown>;
  /** By staff, whatever the order's status. */
  call(ctx: Context, call: Call): Promise<unknown>;
  /** Replaces the configuration of the service; the order keeps its own. */
  configure(ctx: Context, orderId: number, config: Settings | undefined): Promise<void>;

  create(tx: Tx, order: OrderRef): Promise<number>;
  step(tx: Tx, order: OrderRef, step: CustomStep): Promise<void>;
  remove(tx: Tx, order: OrderRef): Promise<void>;
  show(ctx: Context, order: OrderRef): Promise<Settings | undefined>;
  delivered(ctx: Context, orders: readonly OrderRef[]): Promise<ReadonlySet<number>>;
  /** Sentences about rows that do not fit their orders. */
  examine(ctx: Context): Promise<string[]>;
}

interface Needs {
  readonly orders: OrderService;
  readonly products: ProductService;
  readonly plugins: Plugins;
}

/** What belongs to the life of an order is done by the order, never by a call. */
const STEPS: readonly string[] = [
  'delete',
  'cancel',
  'uncancel',
  'suspend',
  'unsuspend',
  'renew',
  'activate',
] satisfies CustomStep[];

export function createCustomServices({ orders, products, plugins }: Needs): CustomServices {
  return {
    async callOwn(ctx, call) {
      const order = requireUsable(await orders.findOwn(ctx, call.orderId, ctx.actor.id), ctx.now);
      return callMethod(ctx, order, call);
    },

    async call(ctx, call) {
      refuseStep(call.method);
      return callMethod(ctx, requireDelivered(await orders.find(ctx, call.orderId)), call);
    },

    configure: (ctx, orderId, config) =>
      atomic(ctx, async (tx) => {
        requireDelivered(await orders.find(tx, orderId));
        if (config !== undefined) await services.setConfig(tx.db, orderId, config, tx.now);
        await tx.record(`Updated the custom service of order #${orderId}`);
      }),

    async create(tx, order) {
      const product = await products.find(tx, order.productId);
      return services.insert(tx.db, order, product?.plugin || undefined, tx.now);
    },

    step: (tx, order, step) => runStep(tx, order, step),

    async remove(tx, order) {
      if ((await services.findByOrder(tx.db, order.id)) === undefined) return;
      await runStep(tx, order, 'delete');
      await services.removeByOrder(tx.db, order.id);
    },

    async show(ctx, order) {
      const found = await services.findByOrder(ctx.db, order.id);
      return found && present(found);
    },

    delivered: (ctx, list) =>
      services.listOrdersWith(
        ctx.db,
        list.map(({ id }) => id),
      ),

    examine: (ctx) =>
      examineDeliveries(ctx, orders, services.listAfter, ({ id, orderId }, order) =>
        order === undefined ? [`Custom service ${id} belongs to order ${orderId}, which does not exist.`] : [],
      ),
  };

  async function runStep(tx: Tx, order: OrderRef, step: CustomStep): Promise<void> {
    const service = await getService(tx, order);
    const plugin = pluginOf(service);
    if (plugin === undefined) return;
    const run = plugin.steps[step];
    if (run === undefined) throw unsupported(plugin, step);
    await run(tx, { order, service: present(service) });
  }

  async function callMethod(ctx: Context, order: OrderRef, { method, params }: Call): Promise<unknown> {
    refuseStep(method);
    const service = await getService(ctx, order);
    const plugin = pluginOf(service);
    if (plugin === undefined) return null;
    const run = Object.hasOwn(plugin.methods, method) ? plugin.methods[method] : undefined;
    if (run === undefined) throw unsupported(plugin, method);
    return (await run(ctx, { order, service: present(service) }, params)) ?? null;
  }

  /** Only what an active module plugged in: nothing is loaded because a row names it. */
  function pluginOf({ plugin }: services.CustomService): CustomPlugin | undefined {
    return plugin === undefined ? undefined : plugins.list(customPlugin).find(({ name }) => name === plugin);
  }
}

function refuseStep(method: string): void {
  if (STEPS.includes(method.toLowerCase()))
    throw forbidden('servicecustom.forbidden_method', `Custom plugin method ${method} is forbidden`);
}

const unsupported = ({ name }: CustomPlugin, action: string) =>
  conflict('servicecustom.unsupported', `Plugin ${name} does not support action ${action}`);

async function getService(ctx: Context, { id }: OrderRef): Promise<services.CustomService> {
  const found = await services.findByOrder(ctx.db, id);
  if (found === undefined) throw notFound('servicecustom.missing', `Order ${id} has no active service`);
  return found;
}

/** The configuration, with what identifies the service over whatever it says of that. */
const present = ({ config, id, clientId, plugin, createdAt, updatedAt }: services.CustomService): Settings => ({
  ...config,
  id,
  client_id: clientId,
  plugin: plugin ?? null,
  updated_at: updatedAt,
  created_at: createdAt,
});
