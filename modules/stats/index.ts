import { defineModule } from '#core/module';
import { clientService } from '#modules/client/contract';
import { currencyService } from '#modules/currency/contract';
import { invoiceService } from '#modules/invoice/contract';
import { orderReport } from '#modules/order/contract';
import { productService } from '#modules/product/contract';
import { adminApi } from './api/admin.ts';
import { incomeWidgets } from './overview.ts';
import { createStats } from './service.ts';

export const stats = defineModule({
  name: 'stats',
  title: 'Statistics',
  version: '1.0.0',
  description: 'What is new, what is sold, and where clients come from.',
  isEssential: true,
  uses: {
    clients: clientService,
    currencies: currencyService,
    invoices: invoiceService,
    orders: orderReport,
    products: productService,
  },
  permissions: { view: 'See statistics.' },
  migrations: [],
  folder: new URL('.', import.meta.url),

  setup({ clients, currencies, invoices, orders, products }, { config }) {
    const stats = createStats({
      clients,
      currencies,
      invoices: invoices.tally,
      orders,
      products,
      sales: invoices.sales,
      timeZone: config.timeZone,
    });
    return { api: { admin: adminApi(stats) }, widgets: incomeWidgets(stats) };
  },
});
