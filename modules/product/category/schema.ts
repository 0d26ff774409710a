import { Type, type Static } from '@sinclair/typebox';
import { DateTime, Or } from '#core/schema';
import { GuestProductView, ProductView, present, presentForGuest, startsFrom } from '../schema.ts';
import type { ShownCategory } from './service.ts';

const NullableText = Or(Type.String());
const fields = {
  id: Type.Integer(),
  title: NullableText,
  description: NullableText,
  icon_url: NullableText,
  created_at: DateTime,
  updated_at: DateTime,
  price_starting_from: Type.Number(),
  type: NullableText,
};

export const CategoryView = Type.Object({ ...fields, products: Type.Array(ProductView) });
export const GuestCategoryView = Type.Object({ ...fields, products: Type.Array(GuestProductView) });

export const presentCategory = (shown: ShownCategory): Static<typeof CategoryView> => ({
  ...presentFields(shown),
  products: shown.products.map(present),
});

export const presentCategoryForGuest = (shown: ShownCategory): Static<typeof GuestCategoryView> => ({
  ...presentFields(shown),
  products: shown.products.map(presentForGuest),
});

const presentFields = ({ category, products }: ShownCategory) => ({
  id: category.id,
  title: category.title ?? null,
  description: category.description ?? null,
  icon_url: category.iconUrl ?? null,
  created_at: category.createdAt,
  updated_at: category.updatedAt,
  price_starting_from: lowestPrice(products),
  type: products[0]?.product.type ?? null,
});

/** 0 counts as "none yet": the price of a free product gives way to that of the next one. */
const lowestPrice = (products: ShownCategory['products']): number =>
  products
    .map((shown) => startsFrom(shown) ?? 0)
    .reduce((lowest, price) => (lowest === 0 || price < lowest ? price : lowest), 0);
