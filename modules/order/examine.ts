import type { Context } from '#core/context';
import { subtract, multiply } from '#core/money';
import type { Check } from '#core/module';
import type { ProductTypes } from '#core/product';
import type { ProductService } from '#modules/product/contract';
import type { BillingDesk } from './billing.ts';
import type { Order } from './contract.ts';
import { STARTED_BY_STAFF } from './meta.ts';
import * as history from './repository-history.ts';
import * as metas from './repository-meta.ts';
import * as orders from './repository.ts';

interface Needs {
  readonly products: ProductService;
  readonly productTypes: ProductTypes;
  readonly billing: BillingDesk;
}

const CHUNK = 500;
/** More than anybody reads. */
const MOST_FINDINGS = 100;

/** What `doctor` asks of orders, in chunks. */
export const checks = ({ products, productTypes, billing }: Needs): readonly Check[] => [
  {
    name: 'what orders deliver is there',
    run: (ctx) =>
      examine(ctx, async (chunk) => {
        const delivered = chunk.filter(({ status }) => status === 'active' || status === 'suspended');
        const there = await listThere(productTypes, ctx, delivered);
        return delivered
          .filter(({ id }) => !there.has(id))
          .map(
            ({ id, status, serviceType }) => `Order ${id} is ${status}, but its ${serviceType} service is not there.`,
          );
      }),
  },
  {
    name: 'active orders are paid, free or made by staff',
    run: (ctx) =>
      examine(ctx, async (chunk) => {
        const desk = billing.current();
        const suspects = chunk.filter(({ status }) => status === 'active').filter(costs);
        if (desk === undefined || suspects.length === 0) return [];
        const ids = suspects.map(({ id }) => id);
        const [bought, paid] = [await history.listBought(ctx.db, ids), await desk.listEverPaid(ctx, ids)];
        const byHand = await metas.listMarked(ctx.db, ids, STARTED_BY_STAFF);
        const found = await products.findAll(ctx, [...new Set(suspects.map(({ productId }) => productId))]);
        return suspects
          .filter(({ id, productId }) => {
            const startsPaid = found.get(productId)?.setup === 'after_payment';
            return startsPaid && bought.has(id) && !paid.has(id) && !byHand.has(id);
          })
          .map(({ id }) => `Order ${id} is active, but nobody ever paid for it.`);
      }),
  },
];

/** Of which orders the product type still has what it made; one that is not installed cannot say. */
async function listThere(
  productTypes: ProductTypes,
  ctx: Context,
  list: readonly Order[],
): Promise<ReadonlySet<number>> {
  const there = new Set<number>();
  for (const name of new Set(list.map(({ serviceType }) => serviceType))) {
    const type = productTypes.find(name);
    const ofType = list.filter(({ serviceType }) => serviceType === name);
    const made = ofType.filter(({ serviceId }) => serviceId !== undefined);
    if (type === undefined) for (const { id } of ofType) there.add(id);
    else if (type.delivered !== undefined) for (const id of await type.delivered(ctx, made)) there.add(id);
    else for (const order of made) if ((await type.show(ctx, order)) !== undefined) there.add(order.id);
  }
  return there;
}

const costs = ({ price, quantity, discount }: Order): boolean => {
  const total = multiply(price, quantity);
  return (discount === undefined ? total : subtract(total, discount)).amount > 0;
};

async function examine(
  ctx: Context,
  look: (chunk: readonly Order[]) => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const findings: string[] = [];
  for (let last = 0; findings.length < MOST_FINDINGS;) {
    const chunk = await orders.listAfter(ctx.db, last, CHUNK);
    if (chunk.length === 0) break;
    findings.push(...(await look(chunk)));
    last = chunk.at(-1)?.id ?? last;
  }
  return findings;
}
