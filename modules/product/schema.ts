import { Type, type Static } from '@sinclair/typebox';
import { compare, toDecimal, toNumber, type Money } from '#core/money';
import { periodTitle } from '#core/period';
import { DateTime, MapOf, Or } from '#core/schema';
import type { Shown } from './catalogue.ts';
import type { Price, Pricing, Product } from './contract.ts';
import { startingPrice } from './pricing.ts';
import type { Tld } from './tld/repository.ts';

/** Visitors see less of a product than staff. */
export type Audience = 'guest' | 'admin';

const PriceView = Type.Object({ price: Type.Number(), setup: Type.Number() });
const NullableText = Or(Type.String());

const PricingView = Type.Object({
  type: Type.String({ description: 'free, once or recurrent' }),
  free: PriceView,
  once: PriceView,
  recurrent: MapOf(
    Type.Object({ price: Type.Number(), setup: Type.Number(), enabled: Type.Boolean(), title: Type.String() }),
  ),
});

const TldView = Type.Object({
  tld: Type.String(),
  price_registration: Type.String(),
  price_renew: Type.String(),
  price_transfer: Type.String(),
  active: Type.Integer(),
  allow_register: Type.Integer(),
  allow_transfer: Type.Integer(),
  min_years: Type.Integer(),
  periods: Type.Array(Type.Integer()),
  registrar: Type.Optional(Type.Object({ id: Or(Type.Integer()), title: NullableText })),
});

const Common = {
  id: Type.Integer(),
  type: Type.String(),
  title: Type.String(),
  slug: Type.String(),
  description: NullableText,
  unit: Type.String(),
  icon_url: NullableText,
  allow_quantity_select: Type.Boolean(),
  config: MapOf(Type.Unknown()),
};

const AddonView = Type.Object({
  ...Common,
  pricing: PricingView,
  plugin: Type.Optional(NullableText),
  created_at: Type.Optional(DateTime),
  updated_at: Type.Optional(DateTime),
});

const Visible = {
  ...Common,
  product_category_id: Or(Type.Integer()),
  form_id: Or(Type.Integer()),
  priority: Or(Type.Integer()),
  pricing: Type.Union([PricingView, MapOf(TldView)], { description: 'Of domains: a map of endings.' }),
  addons: Type.Array(AddonView),
  price_starting_from: Or(Type.Number()),
};

export const GuestProductView = Type.Object(Visible);

export const ProductView = Type.Object({
  ...Visible,
  created_at: DateTime,
  updated_at: DateTime,
  suspension_grace_days: Type.Integer(),
  quantity_in_stock: Type.Integer(),
  stock_control: Type.Boolean(),
  upgrades: MapOf(Type.String()),
  status: Type.String(),
  hidden: Type.Boolean(),
  setup: Type.String(),
  category: Type.Optional(Type.Object({ id: Type.Integer(), title: NullableText })),
});

/** Titles by id. */
export const Pairs = MapOf(NullableText);

export const presentForGuest = (shown: Shown): Static<typeof GuestProductView> => presentVisible(shown, 'guest');

export const present = (shown: Shown): Static<typeof ProductView> => {
  const { product, category } = shown;
  return {
    ...presentVisible(shown, 'admin'),
    created_at: product.createdAt,
    updated_at: product.updatedAt,
    suspension_grace_days: product.suspensionGraceDays,
    quantity_in_stock: product.quantityInStock,
    stock_control: product.hasStockControl,
    upgrades: presentPairs(shown.upgrades) as Record<string, string>,
    status: product.status,
    hidden: product.isHidden,
    setup: product.setup,
    ...(category && { category: { id: category.id, title: category.title ?? null } }),
  };
};

function presentVisible({ product, addons, tlds }: Shown, audience: Audience): Static<typeof GuestProductView> {
  const shown = audience === 'admin' ? addons : addons.filter((addon) => addon.isActive && addon.status === 'enabled');
  return {
    ...presentCommon(product, audience),
    product_category_id: product.categoryId ?? null,
    form_id: product.formId ?? null,
    priority: product.priority ?? null,
    pricing: tlds === undefined ? presentPricing(product.pricing) : presentTlds(tlds, audience),
    addons: shown.map((addon) => presentAddon(addon, audience)),
    price_starting_from: startsFrom({ product, tlds }),
  };
}

const presentAddon = (addon: Product, audience: Audience): Static<typeof AddonView> => ({
  ...presentCommon(addon, audience),
  pricing: presentPricing(addon.pricing),
  ...(audience === 'admin' && {
    plugin: addon.plugin ?? null,
    created_at: addon.createdAt,
    updated_at: addon.updatedAt,
  }),
});

const presentCommon = (product: Product, audience: Audience) => ({
  id: product.id,
  type: product.type,
  title: product.title,
  slug: product.slug,
  description: product.description ?? null,
  unit: product.unit,
  icon_url: product.iconUrl ?? null,
  allow_quantity_select: product.allowsQuantity,
  config: audience === 'admin' ? product.config : publicConfig(product.config),
});

/** All else in a configuration is the shop's own business. */
const PUBLIC_KEYS = [
  'allow_domain_register',
  'allow_domain_transfer',
  'allow_domain_own',
  'allow_subdomain',
  'subdomain_base_domain',
];

const publicConfig = (config: Product['config']): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).filter(([key]) => PUBLIC_KEYS.includes(key)));

const presentPrice = ({ price, setup }: Price): Static<typeof PriceView> => ({
  price: toNumber(price),
  setup: toNumber(setup),
});

const presentPricing = ({ type, once, periods }: Pricing): Static<typeof PricingView> => ({
  type,
  free: { price: 0, setup: 0 },
  once: presentPrice(once),
  recurrent: Object.fromEntries(
    periods.map((period) => [
      period.code,
      { ...presentPrice(period), enabled: period.isEnabled, title: periodTitle(period.code) },
    ]),
  ),
});

const presentTlds = (tlds: readonly Tld[], audience: Audience): Record<string, Static<typeof TldView>> =>
  Object.fromEntries(
    tlds.map((tld) => [
      tld.tld,
      {
        tld: tld.tld,
        price_registration: toDecimal(tld.registration),
        price_renew: toDecimal(tld.renewal),
        price_transfer: toDecimal(tld.transfer),
        active: Number(tld.isActive),
        allow_register: Number(tld.allowsRegistration),
        allow_transfer: Number(tld.allowsTransfer),
        min_years: tld.minYears,
        periods: [...tld.years],
        ...(audience === 'admin' && {
          registrar: { id: tld.registrar.id ?? null, title: tld.registrar.title ?? null },
        }),
      },
    ]),
  );

/** As shown of a product; null when none of its periods is enabled. */
export function startsFrom({ product, tlds }: Pick<Shown, 'product' | 'tlds'>): number | null {
  if (tlds === undefined) return asNumber(startingPrice(product.pricing));
  const lowest = tlds
    .map(({ registration }) => registration)
    .reduce<Money | undefined>((low, price) => (low && compare(low, price) <= 0 ? low : price), undefined);
  return asNumber(lowest) ?? 0;
}

const asNumber = (amount: Money | undefined): number | null => (amount === undefined ? null : toNumber(amount));

export const presentPairs = (titles: ReadonlyMap<number, string | undefined>): Record<string, string | null> =>
  Object.fromEntries([...titles].map(([id, title]) => [String(id), title ?? null]));
