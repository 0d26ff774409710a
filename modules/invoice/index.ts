import { conflict } from '#core/error';
import { wireFormat } from '#core/http/wire-format';
import { before } from '#core/listener';
import { defineModule } from '#core/module';
import { provide } from '#core/service';
import { phrasesOf } from '#core/web/phrase';
import { balanceService, clientBeingRemoved, clientChangingCurrency, clientService } from '#modules/client/contract';
import { currencyBeingRemoved, currencyService } from '#modules/currency/contract';
import { orderService } from '#modules/order/contract';
import { productService } from '#modules/product/contract';
import { accountPages } from './account-pages.ts';
import { adminInvoiceApi } from './api/admin-invoice.ts';
import { adminTaxApi } from './api/admin-tax.ts';
import { clientApi } from './api/client.ts';
import { guestApi } from './api/guest.ts';
import { createBilling } from './billing.ts';
import { createChecks } from './checks.ts';
import { invoiceDemo } from './demo.ts';
import { invoiceService } from './contract.ts';
import { createInvoiceModule, lendInvoices } from './invoice-module.ts';
import { createSales } from './sales.ts';
import { serieNrOf } from './schema.ts';
import { staffPlugs } from './staff-side.ts';
import { tally } from './repository-sales.ts';
import { invoicePanel } from './overview.ts';
import { paymentErrorNumbers } from './payment/numbers.ts';
import { createPaperSide } from './paper.ts';
import { createPaymentSide, paymentTables } from './payment/side.ts';
import { invoiceJobs } from './jobs.ts';
import { panelMenu, panelPages } from './panel.ts';
import { migrations } from './migrations/index.ts';
import * as invoices from './repository.ts';

const FOLDER = new URL('.', import.meta.url);

export const invoice = defineModule({
  name: 'invoice',
  title: 'Invoices',
  version: '1.0.0',
  description: 'What clients owe and pay: invoices, tax, payments, gateways and subscriptions.',
  isEssential: true,
  uses: {
    clients: clientService,
    balances: balanceService,
    currencies: currencyService,
    products: productService,
    orders: orderService,
  },
  permissions: {
    view: 'See invoices.',
    manage_invoices: 'Make, change, approve, refund and delete invoices.',
    manage_transactions: 'See and change transactions.',
    manage_gateways: 'Set up payment gateways.',
    manage_subscriptions: 'See and change subscriptions.',
    manage_tax: 'Change the tax rules.',
    export: 'Export invoices.',
    manage_settings: 'Change the settings of invoices.',
  },
  tables: ['invoice', 'invoice_item', 'tax', 'invoice_payment', 'invoice_number', ...paymentTables],
  migrations,
  folder: FOLDER,

  setup({ clients, balances, currencies, products, orders }, toolbox) {
    const toJson = wireFormat(toolbox.config.timeZone);
    const writeTime = (time: Date): string => JSON.parse(toJson(time)) as string;
    const people = { ...clients, ...balances };
    const { parts, connect } = createPaymentSide({ clients: people, currencies }, toolbox);
    const module = createInvoiceModule({ clients: people, orders, products, currencies }, toolbox, parts, writeTime);
    const side = connect(module);
    const paper = createPaperSide({ module, payments: side.payments, clients, currencies }, toolbox);
    const invoiceApi = adminInvoiceApi(module);
    const taxApi = adminTaxApi(module.taxes);
    const { staffEntry, renewals, tasks } = module;
    orders.billWith(
      createBilling({
        invoices: module.invoices,
        orders,
        renewals,
        staffEntry,
        tasks,
        subscriptions: parts.subscriptions,
      }),
    );
    products.promos.showWith({
      invoices: async (ctx, ids) => {
        const rules = await module.rules(ctx);
        const found = await invoices.listByIds(ctx.db, ids);
        return new Map(
          found.map((one) => [one.id, { number: serieNrOf(one, rules), status: one.status, createdAt: one.createdAt }]),
        );
      },
    });
    return {
      provides: provide(invoiceService, {
        ...lendInvoices(module),
        tally,
        sales: createSales(currencies),
        payments: side.payments,
      }),
      api: {
        guest: { ...guestApi(module, paper.read), ...side.guest, ...paper.guest },
        client: { ...clientApi(module), ...side.client },
        admin: { ...invoiceApi, ...taxApi, ...side.admin },
      },
      errorNumbers: {
        ...paymentErrorNumbers,
        'invoice.hash': 4001,
        'invoice.funds_off': 980,
        'invoice.funds_min': 981,
        'invoice.funds_max': 982,
      },
      hooks: [
        before(clientBeingRemoved, (tx, { clientId }) => module.invoices.removeAllOf(tx, clientId)),
        before(currencyBeingRemoved, async (tx, { code }) => {
          if (await invoices.existsInCurrency(tx.db, code))
            throw conflict('invoice.currency_in_use', 'Cannot remove a currency that invoices are made out in.');
        }),
        before(clientChangingCurrency, async (tx, { clientId }) => {
          if (await invoices.existsForClient(tx.db, clientId))
            throw conflict(
              'invoice.currency_in_use',
              'Currency cannot be changed. Client already has invoices issued.',
            );
        }),
      ],
      gateways: side.gateways,
      mounts: side.mounts,
      pages: [
        ...side.pages,
        ...paper.pages,
        ...accountPages(clientApi(module)),
        ...panelPages({
          module,
          clients,
          currencies,
          payments: side.payments,
          panel: side.panel,
          adapters: toolbox.gateways,
          baseUrl: toolbox.config.baseUrl,
          invoiceApi,
          taxApi,
        }),
      ],
      menu: [...paper.menu, ...panelMenu],
      ...invoicePanel(module.rules),
      plugins: staffPlugs(module.rules, phrasesOf(FOLDER)),
      mails: paper.mails,
      listeners: side.listeners,
      jobs: [...invoiceJobs(module), ...side.jobs],
      checks: [...createChecks(), ...side.checks],
      demo: invoiceDemo({ clients: people, currencies, orders, products, settings: toolbox.settings }),
    };
  },
});
