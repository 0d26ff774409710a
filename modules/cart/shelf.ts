import type { Context } from '#core/context';
import { conflict, invalidInput, notFound } from '#core/error';
import type { ProductType, ProductTypes, Settings } from '#core/product';
import { isTruthy } from '#core/schema';
import type { FormService } from '#modules/formbuilder/contract';
import type { Product, ProductService } from '#modules/product/contract';
import type { Choice, PurchaseLine } from './contract.ts';
import { bounded, quantityOf, textOf } from './input.ts';

/** What was taken from the catalogue, before anybody looked at how it was asked for. */
export interface Picked {
  readonly product: Product;
  readonly asked: Settings;
  /** The product an add-on comes with. */
  readonly parentId: number | undefined;
}

export interface Shelf {
  /** The product, then the add-ons that are selected with it. Throws when one of them is not for sale. */
  pick(ctx: Context, choice: Choice): Promise<readonly Picked[]>;
  /** The lines they become. Throws when what was asked cannot be had. */
  configure(ctx: Context, picked: readonly Picked[]): Promise<readonly PurchaseLine[]>;
}

interface Needs {
  readonly products: ProductService;
  readonly productTypes: ProductTypes;
  readonly forms: FormService | undefined;
}

/** Lines a cart may have. */
export const MOST_LINES = 50;

export function createShelf({ products, productTypes, forms }: Needs): Shelf {
  return {
    async pick(ctx, { productId, asked }) {
      const { id: _id, addons, ...rest } = asked;
      const product = await products.find(ctx, productId);
      if (product === undefined || !products.isOffered(product))
        throw notFound('product.not_found', 'Product not found');
      const main = { product, asked: bounded(rest), parentId: undefined };
      return [main, ...(await pickAddons(ctx, product, addons))];
    },

    async configure(ctx, picked) {
      picked.forEach(refuseUnofferedPeriod);
      const lines: PurchaseLine[] = [];
      for (const one of picked) lines.push(await lineOf(ctx, one));
      return lines;
    },
  };

  async function pickAddons(ctx: Context, parent: Product, addons: unknown): Promise<Picked[]> {
    const selected = selectedOf(addons);
    if (selected.length === 0) return [];
    if (selected.length >= MOST_LINES || !selected.every(([id]) => Number.isSafeInteger(id))) throw unsuitable();
    const found = await products.findAll(
      ctx,
      selected.map(([id]) => id),
    );
    return selected.map(([id, asked]) => {
      const product = found.get(id);
      const isSuitable =
        product?.isAddon === true && product.isActive && product.status === 'enabled' && parent.addonIds.includes(id);
      if (!isSuitable) throw unsuitable();
      return { product, asked: bounded(asked), parentId: parent.id };
    });
  }

  function refuseUnofferedPeriod({ product, asked, parentId }: Picked): void {
    if (product.pricing.type !== 'recurrent') return;
    const period = textOf(asked['period']);
    const isAddon = parentId !== undefined;
    if (period === undefined)
      throw invalidInput('cart.no_period', `${isAddon ? 'Addon period' : 'Period'} parameter not passed`);
    if (!products.offersPeriod(product, period))
      throw invalidInput(
        'cart.period_not_offered',
        `Selected billing period is invalid${isAddon ? ' for the selected add-on' : ''}`,
      );
  }

  async function lineOf(ctx: Context, { product, asked, parentId }: Picked): Promise<PurchaseLine> {
    const type = productTypes.find(product.type);
    if (type === undefined) throw conflict('cart.type_missing', `Product type ${product.type} is not registered.`);
    const kept = { ...settable(type, asked), ...(parentId !== undefined && { parent_id: parentId }) };
    quantityOf(kept);
    const config = type.configure?.(product.config, kept) ?? kept;
    type.validate?.(config);
    // The contract has forms for this type alone: of others, clients may set no more than their type names.
    if (product.type === 'custom' && product.formId !== undefined)
      await forms?.checkAnswers(ctx, product.formId, config);
    return { id: undefined, productId: product.id, config };
  }
}

const settable = ({ clientKeys }: ProductType, asked: Settings): Settings =>
  clientKeys === undefined
    ? asked
    : Object.fromEntries(Object.entries(asked).filter(([key]) => clientKeys.includes(key)));

/** `{ id: { selected, period, … } }`; an entry that is not selected is not there. */
function selectedOf(addons: unknown): [number, Settings][] {
  if (typeof addons !== 'object' || addons === null) return [];
  return Object.entries(addons as Settings).flatMap(([id, entry]) =>
    typeof entry === 'object' && entry !== null && isTruthy((entry as Settings)['selected'])
      ? [[Number(id), entry as Settings] as [number, Settings]]
      : [],
  );
}

const unsuitable = () =>
  invalidInput('cart.addon_unsuitable', 'One or more of your selected add-ons are invalid for the associated product.');
