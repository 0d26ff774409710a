import { atomic } from '#core/context';
import { conflict } from '#core/error';
import { money } from '#core/money';
import { defineModule, type Module } from '#core/module';
import { productType } from '#core/product';
import {
  orderService,
  type Order,
  type OrderBilling,
  type Placement,
  type StaffPayment,
} from '#modules/order/contract';
import { productService } from '#modules/product/contract';
import { shippedModules } from '#modules/index';
import { admin, type TestApp } from '../app.ts';
import { buildClient } from './sale.ts';

/** Billing that does what it is told, and a product type that can be made to fail. */
export interface Counter {
  readonly modules: readonly Module[];
  /** Everything of one test; empty it before the next. */
  reset(): void;
  /** Calls that reached billing. */
  readonly calls: string[];
  readonly payments: (StaffPayment | undefined)[];
  /** Orders that stood on a paid invoice. */
  readonly paid: Set<number>;
  /** Unpaid invoices with the day they are due. */
  readonly unpaid: Map<number, Date | undefined>;
  /** Invoices somebody pays while they are about to be removed. */
  readonly contested: Set<number>;
  /** Steps of the type `lever` that fail: `activate`, `remove`, … */
  readonly failing: Set<string>;
  /** Orders whose subscriptions a gateway refuses to end. */
  readonly stuck: Set<number>;
  /** Orders with a subscription that can end with its period. */
  readonly endable: Set<number>;
}

export function buildCounter(): Counter {
  const state = {
    calls: [] as string[],
    payments: [] as (StaffPayment | undefined)[],
    paid: new Set<number>(),
    unpaid: new Map<number, Date | undefined>(),
    contested: new Set<number>(),
    failing: new Set<string>(),
    stuck: new Set<number>(),
    endable: new Set<number>(),
  };
  const billing: OrderBilling = {
    async issue(_tx, { id, price }) {
      state.calls.push(`issue ${id}`);
      return Promise.resolve(price.amount < 0 ? undefined : 1000 + id);
    },
    async checkPayment(_ctx, { gatewayId }) {
      if (gatewayId === undefined)
        throw conflict('counter.gateway', 'Payment gateway is required when marking an invoice as paid.');
      return Promise.resolve();
    },
    async settle(_ctx, invoiceId, payment) {
      state.calls.push(`settle ${invoiceId}`);
      state.payments.push(payment);
      return Promise.resolve();
    },
    listEverPaid: (_ctx, ids) => Promise.resolve(new Set(ids.filter((id) => state.paid.has(id)))),
    listUnpaid: (_ctx, ids) =>
      Promise.resolve(new Map(ids.flatMap((id) => (state.unpaid.has(id) ? [[id, state.unpaid.get(id)]] : [])))),
    async removeUnpaid(tx, invoiceId) {
      if (!state.unpaid.has(invoiceId) || state.contested.has(invoiceId)) return false;
      state.calls.push(`remove ${invoiceId}`);
      await tx.db('client_order').where({ unpaid_invoice_id: invoiceId }).update({ unpaid_invoice_id: null });
      return true;
    },
    dropLines: (_tx, id) => Promise.resolve(void state.calls.push(`drop ${id}`)),
    canEndWithPeriod: (_ctx, id) => Promise.resolve(state.endable.has(id)),
    endWithPeriod: (_ctx, id) => Promise.resolve(void state.calls.push(`later ${id}`)),
    async endSubscriptions(_ctx, id) {
      state.calls.push(`end ${id}`);
      if (state.stuck.has(id)) throw conflict('counter.stuck', 'The gateway does not answer.');
      return Promise.resolve();
    },
  };
  const step = (name: string): Promise<void> =>
    state.failing.has(name)
      ? Promise.reject(conflict('lever.stuck', `The lever does not ${name}.`))
      : Promise.resolve();
  const lever = productType({
    name: 'lever',
    title: 'Lever',
    create: (_tx, { id }) => Promise.resolve(id),
    activate: async () => {
      await step('activate');
      return undefined;
    },
    renew: () => step('renew'),
    suspend: () => step('suspend'),
    remove: () => step('remove'),
    show: (_ctx, { id }) => Promise.resolve(state.failing.has('show') ? undefined : { lever: id }),
  });
  const counter = defineModule({
    name: 'counter',
    title: 'Counter',
    version: '1.0.0',
    isEssential: true,
    migrations: [],
    uses: { orders: orderService },
    setup({ orders }) {
      orders.billWith(billing);
      return { productTypes: [lever] };
    },
  });
  return {
    ...state,
    modules: [...without('invoice', shippedModules), counter],
    reset() {
      for (const list of [state.calls, state.payments]) list.splice(0);
      for (const kept of [state.paid, state.unpaid, state.contested, state.failing, state.stuck, state.endable])
        kept.clear();
    },
  };
}

/** Leaves out a module and those that cannot do without it. */
function without(name: string, modules: readonly Module[]): Module[] {
  const rest = modules.filter((module) => module.name !== name);
  const lost = rest.filter(({ uses = {} }) =>
    Object.values(uses).some((token) => token.module === name && !token.isOptional),
  );
  return lost.reduce<Module[]>((left, module) => without(module.name, left), rest);
}

/** An enabled product of the type `lever`. */
export async function buildLever(app: TestApp, change: object = {}): Promise<number> {
  const id = await app.call<number>(admin, 'product/prepare', { title: 'Lever', type: 'lever' });
  await app.call(admin, 'product/update', {
    id,
    status: 'enabled',
    pricing: { type: 'once', once: { price: 5, setup: 0 } },
    ...change,
  });
  return id;
}

/** An order by staff, pending unless `activate` says otherwise. */
export const order = async (app: TestApp, fields: Readonly<Record<string, unknown>> = {}): Promise<number> =>
  app.call<number>(admin, 'order/create', {
    client_id: fields['client_id'] ?? (await buildClient(app)),
    product_id: fields['product_id'] ?? (await buildLever(app)),
    ...fields,
  });

/** Orders of one checkout; the first is the master. */
export async function checkOut(
  app: TestApp,
  productIds: readonly number[],
  line: Partial<Placement> = {},
): Promise<Order[]> {
  const clientId = line.clientId ?? (await buildClient(app));
  const ctx = app.system();
  const placed: Order[] = [];
  await atomic(ctx, async (tx) => {
    placed.splice(0);
    for (const [index, productId] of productIds.entries()) {
      const product = await app.app.service(productService).get(tx, productId);
      const standard = {
        groupId: 'cart-1',
        title: product.title,
        currency: 'USD',
        period: undefined,
        quantity: 1,
        price: money(500, 'USD'),
        discount: undefined,
        promo: undefined,
        notes: undefined,
        config: {},
      };
      const placement = { ...standard, isGroupMaster: index === 0, ...line, clientId, product };
      placed.push(await app.app.service(orderService).place(tx, placement));
    }
  });
  return placed;
}

export interface SeenOrder {
  readonly id: number;
  readonly title: string;
  readonly status: string;
  readonly reason: string | null;
  readonly price: number;
  readonly total: number;
  readonly currency: string;
  readonly group_id: string;
  readonly group_master: number;
  readonly unpaid_invoice_id: number | null;
  readonly service_id: number | null;
  readonly expires_at: string | null;
  readonly meta: Readonly<Record<string, string>> | readonly [];
}

export const seen = (app: TestApp, id: number): Promise<SeenOrder> => app.call(admin, 'order/get', { id });

export const historyOf = async (app: TestApp, id: number): Promise<string[]> =>
  (
    await app.call<{ list: { status: string; notes: string }[] }>(admin, 'order/status_history_get_list', { id })
  ).list.map(({ status, notes }) => `${status}: ${notes}`);

export const stockOf = async (app: TestApp, productId: number): Promise<number> =>
  (await app.call<{ quantity_in_stock: number }>(admin, 'product/get', { id: productId })).quantity_in_stock;
