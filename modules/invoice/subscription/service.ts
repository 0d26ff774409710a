import { atomic, type Context } from '#core/context';
import type { Page } from '#core/db/paginate';
import { conflict, invalidInput, notFound, type AppError } from '#core/error';
import type { ListRequest } from '#core/listing';
import { parseMoney, toDecimal, type Money } from '#core/money';
import type { ClientService } from '#modules/client/contract';
import { subscriptionCreated, subscriptionRemoved } from '../contract.ts';
import type { InstalledGateways, OpenGateway } from '../gateway/service.ts';
import { inTime } from '../payment/patience.ts';
import * as subscriptions from './repository.ts';
import type { Subscription, SubscriptionFilter } from './repository.ts';

export interface NewSubscription {
  readonly clientId: number;
  readonly gatewayId: number;
  readonly currency: string;
  readonly sid?: string | undefined;
  readonly status?: string | undefined;
  readonly period?: string | undefined;
  readonly amount?: string | undefined;
  readonly relType?: string | undefined;
  readonly relId?: number | undefined;
}

export interface SubscriptionEdit {
  readonly sid?: string | undefined;
  readonly status?: string | undefined;
  readonly period?: string | undefined;
  readonly amount?: string | undefined;
  readonly currency?: string | undefined;
}

interface Needs {
  readonly clients: ClientService;
  readonly gateways: InstalledGateways;
}

export type Subscriptions = ReturnType<typeof createSubscriptionService>;

/** What staff and orders do with subscriptions. Gateways are asked before our own row changes, never inside a transaction. */
export function createSubscriptionService({ clients, gateways }: Needs) {
  async function gatewayOf(ctx: Context, { gatewayId }: Subscription): Promise<OpenGateway | undefined> {
    const stored = gatewayId === undefined ? undefined : await gateways.find(ctx, gatewayId);
    return stored && gateways.open(stored);
  }

  async function cancelAtGateway(ctx: Context, subscription: Subscription): Promise<void> {
    const { sid } = subscription;
    const gateway = await gatewayOf(ctx, subscription);
    if (sid === undefined || sid === '' || gateway?.adapter.cancelSubscription === undefined) return;
    const { adapter, config } = gateway;
    await inTime(ctx, adapter.title, async () => adapter.cancelSubscription?.(ctx, sid, config));
  }

  const setStatus = (ctx: Context, id: number, status: string): Promise<void> =>
    atomic(ctx, (tx) => subscriptions.update(tx.db, id, { status }, tx.now));

  async function get(ctx: Context, id: number): Promise<Subscription> {
    const subscription = await subscriptions.findById(ctx.db, id);
    if (subscription === undefined) throw unknownSubscription();
    return subscription;
  }

  return {
    list: (ctx: Context, filter: SubscriptionFilter, request: ListRequest): Promise<Page<Subscription>> =>
      subscriptions.listPage(ctx.db, filter, request),

    /** An id that does not exist gives way to the gateway's. */
    async look(
      ctx: Context,
      { id, sid }: { id?: number | undefined; sid?: string | undefined },
    ): Promise<Subscription> {
      if (id === undefined && sid === undefined)
        throw invalidInput('subscription.no_id', 'Subscription ID was not passed');
      const found =
        (id === undefined ? undefined : await subscriptions.findById(ctx.db, id)) ??
        (sid === undefined ? undefined : await subscriptions.findBySid(ctx.db, sid));
      if (found === undefined) throw unknownSubscription();
      return found;
    },

    async create(ctx: Context, asked: NewSubscription): Promise<number> {
      const client = await clients.get(ctx, asked.clientId);
      if ((await gateways.find(ctx, asked.gatewayId)) === undefined)
        throw notFound('subscription.gateway_unknown', 'Payment gateway not found');
      if (client.currency?.toUpperCase() !== asked.currency.toUpperCase())
        throw conflict(
          'subscription.currency',
          'Client currency must match subscription currency. Check if clients currency is defined.',
        );
      const amount = amountOf(asked.amount, client.currency);
      return atomic(ctx, async (tx) => {
        const { amount: _, currency: __, ...rest } = asked;
        const row = { ...rest, currency: client.currency, ...(amount && { amount }) };
        const id = await subscriptions.insert(tx.db, row, tx.now);
        await tx.emit(subscriptionCreated, { subscriptionId: id });
        await tx.record(`Created subscription #${id}`);
        return id;
      });
    },

    async edit(ctx: Context, id: number, edit: SubscriptionEdit): Promise<void> {
      const before = await get(ctx, id);
      if (edit.status === 'canceled' && before.status !== 'canceled') await cancelAtGateway(ctx, before);
      await atomic(ctx, async (tx) => {
        const row = await subscriptions.findForUpdate(tx.db, id);
        if (row === undefined) throw unknownSubscription();
        const { amount: sent, ...texts } = edit;
        const named = Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
        const currency = edit.currency ?? row.currency ?? '';
        const kept =
          row.amount && row.amount.currency !== currency ? parseMoney(toDecimal(row.amount), currency) : undefined;
        const amount = amountOf(sent, currency) ?? kept;
        await subscriptions.update(tx.db, id, { ...named, ...(amount && { amount }) }, tx.now);
        await tx.record(`Updated subscription #${id}`);
      });
    },

    /** Not at the gateway. */
    remove: (ctx: Context, id: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        if (!(await subscriptions.remove(tx.db, id))) throw unknownSubscription();
        await tx.emit(subscriptionRemoved, { subscriptionId: id });
        await tx.record(`Removed subscription #${id}`);
      }),

    /** Whether every active subscription that pays for the order, and there is one, can end with its period. */
    async canEndWithPeriod(ctx: Context, orderId: number): Promise<boolean> {
      const active = await subscriptions.listOfOrder(ctx.db, orderId);
      for (const one of active)
        if (!one.sid || (await gatewayOf(ctx, one))?.adapter.cancelSubscriptionAtPeriodEnd === undefined) return false;
      return active.length > 0;
    },

    async endWithPeriod(ctx: Context, orderId: number): Promise<void> {
      for (const one of await subscriptions.listOfOrder(ctx.db, orderId)) {
        if (one.status === 'pending_cancellation') continue;
        const { sid } = one;
        if (!sid)
          throw conflict(
            'subscription.no_sid',
            'The subscription cannot be canceled at the end of its billing period because it has no gateway ID.',
          );
        const gateway = await gatewayOf(ctx, one);
        if (gateway?.adapter.cancelSubscriptionAtPeriodEnd === undefined)
          throw conflict(
            'subscription.no_period_end',
            'The payment gateway does not support cancellation at the end of the billing period.',
          );
        const { adapter, config } = gateway;
        await inTime(ctx, adapter.title, async () => adapter.cancelSubscriptionAtPeriodEnd?.(ctx, sid, config));
        await setStatus(ctx, one.id, 'pending_cancellation');
      }
    },

    async endSubscriptions(ctx: Context, orderId: number): Promise<void> {
      for (const one of await subscriptions.listOfOrder(ctx.db, orderId)) {
        await cancelAtGateway(ctx, one);
        await setStatus(ctx, one.id, 'canceled');
      }
    },
  };
}

function amountOf(text: string | undefined, currency: string): Money | undefined {
  if (text === undefined) return undefined;
  const amount = currency === '' ? undefined : parseMoney(text, currency);
  if (amount === undefined) throw invalidInput('subscription.amount', 'Parameter "amount" is invalid.');
  return amount;
}

const unknownSubscription = (): AppError => notFound('subscription.unknown', 'Subscription not found');
