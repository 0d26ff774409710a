import { Type } from '@sinclair/typebox';
import { atomic } from '#core/context';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Anything, Dict, Id, MapOf, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import { categoryChoices, mayManage, STATUSES, type ProductPanelParts } from './panel-catalogue.ts';
import { configForm, configured } from './panel-config.ts';
import { present } from './schema.ts';

const Answer = MapOf(Anything());
const OneProduct = Type.Object({ id: Id });

/** One product or add-on, with all that staff can set. */
export function productPages(parts: ProductPanelParts): readonly Page[] {
  const { products, categories, currencies, productTypes, forms, admin } = parts;
  const one = adminEndpoint({
    summary: 'A product with all that staff can set.',
    permission: 'view',
    input: OneProduct,
    output: Answer,
    async handle(ctx, { id }) {
      const shown = await products.show(ctx, id);
      const { product } = shown;
      const type = productTypes.find(product.type);
      const [addons, others] = [
        await products.titles(ctx, { isAddon: true }),
        await products.titles(ctx, { isAddon: false }),
      ];
      return {
        ...present(shown),
        isAddon: product.isAddon,
        typeTitle: products.types()[product.type] ?? product.type,
        isDelivered: type !== undefined,
        addonChoices: choicesOf(addons, product.addonIds, id),
        upgradeChoices: choicesOf(others, product.upgradeIds, id),
        categories: await categoryChoices(ctx, categories),
        forms: [['', '–'], ...((await forms?.names(ctx)) ?? []).map((form) => [String(form.id), form.name])],
        currency: (await currencies.default(ctx)).code,
        setups: ['after_order', 'after_payment', 'manual'],
        statuses: STATUSES,
        config: configForm(product, type),
        may: mayManage(ctx.actor),
      };
    },
  });

  const price = adminEndpoint({
    summary: 'Set what a product costs; one more period may come with it.',
    permission: 'manage_products',
    input: Type.Object({
      ...OneProduct.properties,
      type: Text({ maxLength: 20, default: '' }),
      once: Dict(),
      recurrent: Dict(),
      new_code: Text({ maxLength: 10, default: '' }),
      new_period: Dict(),
    }),
    output: Done,
    handle: (ctx, { id, type, once, recurrent, new_code: code, new_period: period }) => {
      const added = code.trim() === '' ? {} : { [code.trim().toUpperCase()]: { ...period, enabled: '1' } };
      return done(products.update(ctx, id, { pricing: { type, once, recurrent: { ...recurrent, ...added } } }));
    },
  });

  const configure = adminEndpoint({
    summary: 'Set the configuration of a product, by the schema of its type.',
    permission: 'manage_products',
    input: Type.Object({
      ...OneProduct.properties,
      config: Dict(),
      new_name: Text({ maxLength: 255, default: '' }),
      new_value: Text({ default: '' }),
    }),
    output: Done,
    handle: (ctx, { id, config, new_name: name, new_value: value }) =>
      done(
        atomic(ctx, async (tx) => {
          await products.reconfigure(tx, id, (product) =>
            configured(product, productTypes.find(product.type), { config, name, value }),
          );
          await tx.record(`Updated product #${id} configuration`);
        }),
      ),
  });

  const at = '/product/manage/:id';
  const then = `/admin${at}`;
  return [
    { role: 'admin', route: `GET ${at}`, endpoint: one, view: 'admin/product' },
    { role: 'admin', route: `POST ${at}`, endpoint: admin.update, then, says: 'product.saved' },
    { role: 'admin', route: `POST ${at}/price`, endpoint: price, then, says: 'product.saved' },
    { role: 'admin', route: `POST ${at}/config`, endpoint: configure, then, says: 'product.saved' },
    { role: 'admin', route: `POST ${at}/delete`, endpoint: admin.delete, then, says: 'product.removed' },
  ]; // prettier-ignore
}

const choicesOf = (titles: ReadonlyMap<number, string>, chosen: readonly number[], self: number) =>
  [...titles]
    .filter(([id]) => id !== self)
    .map(([id, title]) => ({ id: String(id), title, isChosen: chosen.includes(id) }));
