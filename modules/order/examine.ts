import type { Context } from '#core/context';
import { subtract, multiply } from '#core/money';
import type { Check } from '#core/module';
import type { ProductTypes } from '#core/product';
import type { ProductService } from '#modules/product/contract';
import type { BillingDesk } from './billing.ts';
import type { Order } from './contract.ts';
import { STARTED_BY_STAFF, STOCK_RESERVED } from './meta.ts';
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

type Look = (ctx: Context, chunk: readonly Order[]) => Promise<readonly string[]>;

/** What `doctor` asks of orders: all of it in one walk, in chunks. */
export const checks = ({ products, productTypes, billing }: Needs): readonly Check[] => [
  {
    name: 'orders are delivered, paid, and wait for what is unpaid',
    run: (ctx) =>
      examine(ctx, [
        lookForServices(productTypes),
        lookForMoney(products, billing),
        lookForLinks(billing),
        lookForStock,
      ]),
  },
];

/** What orders deliver is there. */
const lookForServices =
  (productTypes: ProductTypes): Look =>
  async (ctx, chunk) => {
    const delivered = chunk.filter(({ status }) => status === 'active' || status === 'suspended');
    const there = await listThere(productTypes, ctx, delivered);
    return delivered
      .filter(({ id }) => !there.has(id))
      .map(({ id, status, serviceType }) => `Order ${id} is ${status}, but its ${serviceType} service is not there.`);
  };

/** Active orders are paid, free or made by staff. */
const lookForMoney =
  (products: ProductService, billing: BillingDesk): Look =>
  async (ctx, chunk) => {
    const desk = billing.current();
    const suspects = chunk.filter(({ status }) => status === 'active').filter(costs);
    if (desk === undefined || suspects.length === 0) return [];
    const ids = suspects.map(({ id }) => id);
    const [bought, paid] = [await history.listBought(ctx.db, ids), await desk.listEverPaid(ctx, ids)];
    const byStaff = await metas.listMarked(ctx.db, ids, STARTED_BY_STAFF);
    const found = await products.findAll(ctx, [...new Set(suspects.map(({ productId }) => productId))]);
    return suspects
      .filter(({ id, productId }) => {
        const startsPaid = found.get(productId)?.setup === 'after_payment';
        return startsPaid && bought.has(id) && !paid.has(id) && !byStaff.has(id);
      })
      .map(({ id }) => `Order ${id} is active, but nobody ever paid for it.`);
  };

/** The invoice an order waits for is unpaid. */
const lookForLinks =
  (billing: BillingDesk): Look =>
  async (ctx, chunk) => {
    const linked = chunk.flatMap(({ unpaidInvoiceId }) => unpaidInvoiceId ?? []);
    const unpaid = await billing.current()?.listUnpaid(ctx, [...new Set(linked)]);
    if (unpaid === undefined) return [];
    return chunk.flatMap(({ id, unpaidInvoiceId: invoiceId }) =>
      invoiceId === undefined || unpaid.has(invoiceId)
        ? []
        : [`Order ${id} waits for invoice #${invoiceId}, which is not unpaid.`],
    );
  };

/** What was set aside for an order is taken by its activation. */
const lookForStock: Look = async (ctx, chunk) => {
  const set = chunk.filter(({ activatedAt }) => activatedAt !== undefined).map(({ id }) => id);
  const reserved = await metas.listNamed(ctx.db, set, STOCK_RESERVED);
  return [...reserved].map((id) => `Order ${id} has taken its stock and still holds what was set aside for it.`);
};

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

async function examine(ctx: Context, looks: readonly Look[]): Promise<readonly string[]> {
  const findings: string[] = [];
  for (let last = 0; findings.length < MOST_FINDINGS;) {
    const chunk = await orders.listAfter(ctx.db, last, CHUNK);
    if (chunk.length === 0) break;
    for (const look of looks) findings.push(...(await look(ctx, chunk)));
    last = chunk.at(-1)?.id ?? last;
  }
  return findings;
}
