import { Type, type Static, type TObject } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import { Anything, Dict, Int, List, OrNull, Text, Truthy } from '#core/schema';
import type { Update } from './service.ts';

/** The largest number its column holds. */
const MOST = 2_147_483_647;
/** A century of grace is enough for anybody. */
const MOST_GRACE_DAYS = 36_500;

const Maybe = (maxLength: number) => Type.Optional(Text({ maxLength }));

/** What `update` takes beside the id. Absent and null: unchanged, unless it says otherwise. */
export const updateFields = {
  pricing: Type.Optional(
    Dict({
      description:
        '`{ type, once: { price, setup }, recurrent: { 1M: { price, setup, enabled } } }`; periods that are left out stay.',
    }),
  ),
  config: Type.Optional(Dict({ description: 'Merged into the present configuration.' })),
  suspension_grace_days: Type.Optional(OrNull(Anything())),
  product_category_id: Type.Optional(OrNull(Anything({ description: 'Empty: no category.' }))),
  form_id: Type.Optional(OrNull(Anything({ description: 'Empty: no form.' }))),
  upgrades: Type.Optional(List(Anything(), { description: 'Ids of products a client may change to.' })),
  addons: Type.Optional(List(Anything(), { description: 'Ids of add-ons.' })),
  title: Maybe(255),
  slug: Maybe(240),
  description: Maybe(60_000),
  icon_url: Maybe(255),
  plugin: Maybe(255),
  status: Maybe(50),
  setup: Maybe(50),
  hidden: Type.Optional(Truthy()),
  stock_control: Type.Optional(Truthy()),
  allow_quantity_select: Type.Optional(Truthy()),
  quantity_in_stock: Type.Optional(Int({ minimum: -MOST, maximum: MOST })),
};

export const toUpdate = (input: Static<TObject<typeof updateFields>>): Update => ({
  pricing: input.pricing,
  config: input.config,
  suspensionGraceDays: graceDays(input.suspension_grace_days),
  categoryId: reference(input.product_category_id),
  formId: reference(input.form_id),
  upgradeIds: input.upgrades && ids(input.upgrades),
  addonIds: input.addons && ids(input.addons),
  title: input.title,
  slug: input.slug,
  description: input.description,
  iconUrl: input.icon_url,
  plugin: input.plugin,
  status: input.status,
  setup: input.setup,
  isHidden: input.hidden,
  hasStockControl: input.stock_control,
  allowsQuantity: input.allow_quantity_select,
  quantityInStock: input.quantity_in_stock,
});

/** Sent empty it clears; what is no id is one that no row has. */
export function reference(value: unknown): number | null | undefined {
  if (value === undefined) return undefined;
  if (value === null || value === '' || value === false || Number(value) === 0) return null;
  return Number.isSafeInteger(Number(value)) ? Number(value) : -1;
}

function ids(values: readonly unknown[]): number[] {
  const numbers = values.map((value) => (typeof value === 'string' || typeof value === 'number' ? Number(value) : 0));
  return [...new Set(numbers.filter((id) => Number.isSafeInteger(id) && id > 0))];
}

function graceDays(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  const isCanonical = typeof value === 'number' || (typeof value === 'string' && /^(0|[1-9]\d*)$/.test(value));
  const days = Number(value);
  if (!isCanonical || !Number.isInteger(days) || days < 0 || days > MOST_GRACE_DAYS)
    throw invalidInput('product.grace_days', 'Suspension grace days must be a non-negative integer.');
  return days;
}
