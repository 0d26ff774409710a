import { before, on } from '#core/listener';
import { defineModule } from '#core/module';
import { plug } from '#core/plugin';
import { optional, provide } from '#core/service';
import { clientService, balanceService } from '#modules/client/contract';
import { currencyService } from '#modules/currency/contract';
import { formService } from '#modules/formbuilder/contract';
import { invoiceService } from '#modules/invoice/contract';
import { orderCheckedOut, orderService } from '#modules/order/contract';
import { productBeingRemoved, productService, shopCurrency } from '#modules/product/contract';
import { adminApi } from './api/admin.ts';
import { clientApi } from './api/client.ts';
import { guestApi } from './api/guest.ts';
import { createCheckouts } from './checkout.ts';
import { checkoutService } from './contract.ts';
import { createDisplay } from './display.ts';
import { migrations } from './migrations/index.ts';
import { knownVisitor } from './api/visitor.ts';
import { cartMenu, cartPages } from './pages.ts';
import { createCarts } from './service.ts';
import { createShelf } from './shelf.ts';

export const cart = defineModule({
  name: 'cart',
  title: 'Shopping cart',
  version: '1.0.0',
  description: 'What visitors choose, and how it becomes orders and an invoice.',
  isEssential: true,
  uses: {
    clients: clientService,
    balances: balanceService,
    products: productService,
    currencies: currencyService,
    orders: orderService,
    invoices: invoiceService,
    forms: optional(formService),
  },
  tables: ['cart', 'cart_product'],
  migrations,
  folder: new URL('.', import.meta.url),

  setup({ clients, balances, products, currencies, orders, invoices, forms }, { productTypes, secrets }) {
    const shelf = createShelf({ products, productTypes, forms });
    const checkouts = createCheckouts({
      shelf,
      clients,
      balances,
      products,
      currencies,
      orders,
      invoices,
      productTypes,
    });
    const display = createDisplay({ products, currencies });
    const carts = createCarts({ shelf, checkouts, display, clients, products, currencies, invoices, secrets });
    const [guest, client, admin] = [guestApi(carts, currencies), clientApi(carts), adminApi(carts, currencies)];
    return {
      provides: provide(checkoutService, checkouts),
      api: { guest, client, admin },
      pages: cartPages({ carts, products, currencies, invoices, guest, client }),
      plugins: [
        plug(shopCurrency, { chosen: async (ctx, visit) => carts.chosenCurrency(ctx, await knownVisitor(visit)) }),
      ],
      menu: cartMenu,
      errorNumbers: { 'cart.promo_redeemed': 9874 },
      hooks: [before(productBeingRemoved, (tx, { productId }) => carts.dropProduct(tx, productId))],
      listeners: [on(orderCheckedOut, 'activate', (ctx, done) => checkouts.resume(ctx, done))],
      checks: [{ name: 'lines are in a cart', run: (ctx) => carts.examine(ctx) }],
      jobs: [{ name: 'expire', schedule: '40 3 * * *', cron: { order: 120 }, run: (ctx) => carts.expire(ctx) }],
    };
  },
});
