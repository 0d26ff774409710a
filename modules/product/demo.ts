import { atomic, type Tx } from '#core/context';
import type { Demo, DemoRun } from '#core/demo';
import { money } from '#core/money';
import { predefinedPeriods } from '#core/period';
import type { DemoProduct, ProductTypes } from '#core/product';
import type { CurrencyService } from '#modules/currency/contract';
import * as categories from './category/repository.ts';
import type { Pricing } from './contract.ts';
import { pricingFrom } from './pricing.ts';
import * as promos from './promo/repository.ts';
import * as products from './repository.ts';
import { slugOf, withSuffix } from './slug.ts';

interface Needs {
  readonly currencies: CurrencyService;
  readonly productTypes: ProductTypes;
}

const PROMOS = [
  { code: 'WELCOME10', description: '10 % off the first bill.', type: 'percentage', valueHundredths: 1000 },
  { code: 'FOREVER15', description: '15 % off, always.', type: 'percentage', valueHundredths: 1500, isRecurring: true },
  { code: 'FIVER', description: '5.00 off.', type: 'absolute', valueHundredths: 500 },
];

/** What product types have to show, in a category each, and some promos. */
export const productDemo = ({ currencies, productTypes }: Needs): Demo => ({
  noun: 'products',
  async fill(run) {
    const types = productTypes.list().filter((type) => type.demo !== undefined);
    const made: { id: number; type: string }[] = [];
    await atomic(run.ctx, async (tx) => {
      const { code } = await currencies.default(tx);
      for (const { name, demo } of types) {
        const words = { title: demo?.category, description: undefined, iconUrl: undefined };
        const categoryId = await categories.insert(tx.db, words, run.since);
        for (const sample of demo?.products ?? [])
          made.push({ id: await insert(tx, run, { sample, type: name, categoryId, currency: code }), type: name });
      }
      await insertPromos(tx, run);
    });
    const first = made[0]?.id ?? 0;
    run.made.set('product', { first, count: made.length });
    for (const { id, type } of made) await productTypes.find(type)?.demo?.ready?.(run.ctx, id);
  },
});

interface Place {
  readonly sample: DemoProduct;
  readonly type: string;
  readonly categoryId: number;
  readonly currency: string;
}

async function insert(tx: Tx, run: DemoRun, { sample, type, categoryId, currency }: Place): Promise<number> {
  const pricing = pricingOf(sample, currency);
  const paymentId = await products.insertPayment(tx.db, pricing);
  await products.setPricing(tx.db, paymentId, pricing);
  const wish = slugOf(sample.title);
  const slug = (await products.findBySlug(tx.db, wish)) === undefined ? wish : withSuffix(wish);
  const { title, description, isAddon = false, config, stock } = sample;
  const setup = pricing.type === 'free' ? 'after_order' : 'after_payment';
  const priority = isAddon ? undefined : (await products.findHighestPriority(tx.db)) + 10;
  const words = { type, title, slug, description, categoryId, status: 'enabled', setup, isAddon, priority };
  const id = await products.insert(tx.db, words, paymentId, run.since);
  const stocked = stock !== undefined && { hasStockControl: true, quantityInStock: stock };
  await products.setFields(tx.db, id, { config, allowsQuantity: true, suspensionGraceDays: 3, ...stocked }, run.since);
  return id;
}

function pricingOf({ once, periods, setupPrice = 0 }: DemoProduct, currency: string): Pricing {
  const priced = (amount: number) => ({ price: money(amount, currency), setup: money(setupPrice, currency) });
  return pricingFrom(
    periods !== undefined ? 'recurrent' : once !== undefined ? 'once' : 'free',
    priced(once ?? 0),
    [...new Set([...Object.keys(predefinedPeriods), ...Object.keys(periods ?? {})])].map((code) => {
      const amount = periods?.[code];
      return { code, isEnabled: amount !== undefined, ...priced(amount ?? 0) };
    }),
  );
}

/** Those whose code an earlier run, or somebody, took are left as they are. */
async function insertPromos(tx: Tx, run: DemoRun): Promise<void> {
  const ids: number[] = [];
  for (const promo of PROMOS) {
    if ((await promos.findActiveByCode(tx.db, promo.code)) !== undefined) continue;
    ids.push(await promos.insert(tx.db, { ...promo, isActive: true }, run.since));
  }
  run.made.set('promo', { first: ids[0] ?? 0, count: ids.length });
}
