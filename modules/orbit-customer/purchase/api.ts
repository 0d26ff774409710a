import { Type, type Static } from '@sinclair/typebox';
import { clientEndpoint, created, type Endpoint } from '#core/endpoint';
import { alsoCalled, OrNull } from '#core/schema';
import type { Invoicing } from '#modules/invoice/contract';
import { Answer } from '../answer.ts';
import { Line, OptionalLine, Paging, Word } from '../field.ts';
import { said } from '../format.ts';
import { PERIOD_NAMES } from '../license/schema.ts';
import { Pagination, pagination } from '../paging.ts';
import {
  BoughtView, OfferView, ORDER_STATUSES, OrderView, PlanView, presentBought, presentOffer, presentOrder, presentPlan,
  statusesOf,
} from './schema.ts'; // prettier-ignore
import type { Purchases, Wanted } from './service.ts';

const WantedInput = Type.Object({
  product_slug: alsoCalled(Line(), 'plan'),
  billing_period: Type.Optional(
    alsoCalled(Word(PERIOD_NAMES, { semi_annual: 'semi-annual', semiannual: 'semi-annual' }), 'period'),
  ),
  discount_code: Type.Optional(alsoCalled(OrNull(OptionalLine()), 'coupon')),
});

const wanted = ({ product_slug, billing_period, discount_code }: Static<typeof WantedInput>): Wanted => ({
  slug: product_slug,
  period: billing_period ?? 'monthly',
  coupon: discount_code || undefined,
});

/** Plans and what is bought of them (spec 12). */
export function purchaseRoutes(purchases: Purchases, invoices: Invoicing): Readonly<Record<string, Endpoint>> {
  const purchase = clientEndpoint({
    summary: 'Buy a licence from the balance.',
    input: WantedInput,
    output: Answer(BoughtView),
    handle: async (ctx, input) =>
      created(said('Order completed.', presentBought(await purchases.purchase(ctx, ctx.actor.id, wanted(input))))),
  });
  return {
    'POST /orders/validate': clientEndpoint({
      summary: 'What a purchase would cost. Nothing is bought.',
      input: WantedInput,
      output: Answer(OfferView),
      handle: async (ctx, input) =>
        said('Order is valid.', presentOffer(await purchases.offer(ctx, ctx.actor.id, wanted(input)))),
    }),
    'POST /orders/purchase': purchase,
    'POST /orders': purchase,
    'GET /orders': clientEndpoint({
      summary: 'The orders of the client, newest first.',
      input: Type.Object({
        status: Type.Optional(Word(ORDER_STATUSES)),
        payment_status: Type.Optional(Word(['unpaid', 'paid', 'refunded'])),
        ...Paging,
      }),
      output: Answer(Type.Object({ orders: Type.Array(OrderView), pagination: Pagination })),
      handle: async (ctx, { status, payment_status: paymentStatus, page, per_page: perPage }) => {
        const statuses = status === undefined ? undefined : statusesOf(status);
        const found = await purchases.list(ctx, ctx.actor.id, { statuses, paymentStatus }, { page, perPage });
        return said('Orders.', {
          orders: found.items.map((one) => presentOrder(one, invoices)),
          pagination: pagination(found),
        });
      },
    }),
    'GET /orders/:reference': clientEndpoint({
      summary: 'One order, by its reference.',
      input: Type.Object({ reference: Line(100) }),
      output: Answer(OrderView),
      handle: async (ctx, { reference }) =>
        said('Order.', presentOrder(await purchases.get(ctx, ctx.actor.id, reference), invoices)),
    }),
    'GET /rpc-plans': clientEndpoint({
      summary: 'The plans that can be bought.',
      input: Type.Object({}),
      output: Answer(Type.Object({ plans: Type.Array(PlanView) })),
      handle: async (ctx) => said('Plans.', { plans: (await purchases.listPlans(ctx, ctx.actor.id)).map(presentPlan) }),
    }),
    'GET /rpc-plans/:slug': clientEndpoint({
      summary: 'One plan.',
      input: Type.Object({ slug: Line() }),
      output: Answer(Type.Object({ ...PlanView.properties, plan: PlanView })),
      handle: async (ctx, { slug }) => {
        const plan = presentPlan(await purchases.getPlan(ctx, ctx.actor.id, slug));
        return said('Plan.', { ...plan, plan });
      },
    }),
  };
}
