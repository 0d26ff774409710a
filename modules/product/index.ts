import { wireFormat } from '#core/http/wire-format';
import { before } from '#core/listener';
import { defineModule } from '#core/module';
import { optional, provide } from '#core/service';
import { clientService } from '#modules/client/contract';
import { currencyService, defaultCurrencyBeingChanged } from '#modules/currency/contract';
import { formBeingRemoved, formService } from '#modules/formbuilder/contract';
import { productApi } from './api/admin.ts';
import { categoryApi } from './api/admin-categories.ts';
import { promoApi } from './api/admin-promos.ts';
import { guestApi } from './api/guest.ts';
import { createCategories } from './category/service.ts';
import { productService } from './contract.ts';
import { productDemo } from './demo.ts';
import { productSearch } from './overview.ts';
import { migrations } from './migrations/index.ts';
import { shopMenu, shopPages } from './pages.ts';
import { panelMenu, panelPages } from './panel.ts';
import { createPromos } from './promo/service.ts';
import { relabelPrices } from './relabel-repository.ts';
import * as repository from './repository.ts';
import { createProducts } from './service.ts';

export const product = defineModule({
  name: 'product',
  title: 'Products',
  version: '1.0.0',
  description: 'The catalogue: products, add-ons, categories, prices and promos.',
  isEssential: true,
  uses: { currencies: currencyService, clients: optional(clientService), forms: optional(formService) },
  permissions: {
    view: 'See products, categories and promos.',
    manage_products: 'Create, change and delete products and add-ons.',
    manage_categories: 'Create, change and delete product categories.',
    manage_promos: 'Create, change and delete promos.',
  },
  tables: [
    'product_category',
    'product_payment',
    'product_payment_period',
    'product',
    'tld',
    'promo',
    'promo_redemption',
  ],
  migrations,
  folder: new URL('.', import.meta.url),

  setup({ currencies, clients, forms }, { productTypes, plugins, config }) {
    const categories = createCategories();
    const promos = createPromos(clients);
    const products = createProducts({ currencies, productTypes }, promos.lent);
    const api = {
      productApi: productApi(products),
      categoryApi: categoryApi(categories),
      promoApi: promoApi(promos, config.timeZone),
    };
    const toJson = wireFormat(config.timeZone);
    const writeTime = (time: Date): string => JSON.parse(toJson(time)) as string;
    forms?.countWith({ of: 'product', countByForm: (ctx, ids) => repository.countByForm(ctx.db, ids) });
    return {
      provides: provide(productService, products),
      api: {
        guest: guestApi(products, categories),
        admin: { ...api.productApi, ...api.categoryApi, ...api.promoApi },
      },
      errorNumbers: {
        'product.second_domain': 413,
        'product.unknown_type': 413,
        'product.out_of_stock': 831,
      },
      pages: [
        ...shopPages({ products, categories, currencies, productTypes, plugins, forms }),
        ...panelPages({ products, categories, currencies, productTypes, forms, promos, clients, writeTime, ...api }),
      ],
      search: productSearch,
      menu: [...shopMenu, ...panelMenu],
      checks: [{ name: 'promos count their uses', run: (ctx) => promos.examine(ctx) }],
      demo: productDemo({ currencies, productTypes }),
      hooks: [
        before(formBeingRemoved, (tx, { formId }) => repository.unlinkForm(tx.db, formId)),
        before(defaultCurrencyBeingChanged, (tx, { to }) => relabelPrices(tx.db, to)),
      ],
    };
  },
});
