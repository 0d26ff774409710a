import { defineModule } from '#core/module';
import { before } from '#core/listener';
import { conflict } from '#core/error';
import { phrasesOf } from '#core/web/phrase';
import { wireFormat } from '#core/http/wire-format';
import { optional, provide } from '#core/service';
import { clientBeingRemoved, clientChangingCurrency, clientService } from '#modules/client/contract';
import { currencyBeingRemoved, currencyService } from '#modules/currency/contract';
import { formBeingRemoved, formService } from '#modules/formbuilder/contract';
import { productBeingRemoved, productService, promoBeingRemoved } from '#modules/product/contract';
import { adminApi } from './api/admin.ts';
import { clientApi } from './api/client.ts';
import { createBatches } from './batch.ts';
import { createBillingDesk } from './billing.ts';
import { createCancellation } from './cancellation.ts';
import { orderService, type OrderReport } from './contract.ts';
import { createCreation } from './creation.ts';
import { startOfDay } from './day.ts';
import { orderDemo } from './demo.ts';
import { clientPlugs } from './client-side.ts';
import { createEnding } from './ending.ts';
import { endingPages } from './ending-pages.ts';
import { checks } from './examine.ts';
import { letters } from './mail.ts';
import { RENEWAL_HELD } from './meta.ts';
import { orderSearch, orderWidgets } from './overview.ts';
import { migrations } from './migrations/index.ts';
import { staffOrderPages } from './staff-page.ts';
import { staffMenu, staffPages } from './staff-pages.ts';
import { serviceMenu, servicePages } from './pages.ts';
import * as due from './repository-due.ts';
import * as lists from './repository-list.ts';
import * as metas from './repository-meta.ts';
import * as repository from './repository.ts';
import * as reports from './repository-report.ts';
import { createOrders } from './service.ts';
import { createRules, daysBeforeRenewal, OrderSettings } from './settings.ts';
import { countByStatus } from './statuses.ts';
import { createStock } from './stock.ts';
import { createTransitions } from './transitions.ts';
import { createOrderViews } from './views.ts';

const FOLDER = new URL('.', import.meta.url);

export const order = defineModule({
  name: 'order',
  title: 'Orders',
  version: '1.0.0',
  description: 'What clients have bought: one product, a period and a status.',
  isEssential: true,
  uses: {
    clients: clientService,
    currencies: currencyService,
    products: productService,
    forms: optional(formService),
  },
  settings: OrderSettings,
  permissions: {
    view: 'See orders.',
    manage: 'Make, change and delete orders.',
    export: 'Export orders.',
    manage_settings: 'Change the settings of orders.',
  },
  tables: ['client_order', 'client_order_meta', 'client_order_status'],
  migrations,
  folder: FOLDER,

  setup({ clients, currencies, products, forms }, { productTypes, plugins, settings, config }) {
    const billing = createBillingDesk();
    const rules = createRules(settings);
    const stock = createStock(products);
    const creation = createCreation({ clients, products, currencies, productTypes, stock, billing });
    const orders = createOrders({ products, forms, productTypes, stock, billing });
    const transitions = createTransitions({ productTypes, rules, stock });
    const cancellation = createCancellation({ productTypes, products, stock, billing });
    const ending = createEnding({ billing, cancellation });
    const batches = createBatches({ products, orders, transitions, cancellation, billing, rules });
    const views = createOrderViews({ clients, products });
    const client = clientApi(orders, views, async (ctx) =>
      startOfDay(ctx.now, (await daysBeforeRenewal(settings, ctx)) + 1),
    );
    const toJson = wireFormat(config.timeZone);
    const writeTime = (time: Date): string => JSON.parse(toJson(time)) as string;
    const admin = adminApi({ orders, creation, transitions, cancellation, batches, views, rules, writeTime });
    forms?.countWith({ of: 'order', countByForm: (ctx, ids) => reports.countByForm(ctx.db, ids) });
    products.promos.showWith({
      orders: async (ctx, ids) => new Map((await repository.listByIds(ctx.db, ids)).map((one) => [one.id, one])),
    });
    const report: OrderReport = {
      tally: reports.tally,
      countByStatus,
      countActiveByProduct: (ctx) => reports.countActiveByProduct(ctx.db),
      countByTitle: (ctx, span) => reports.countByTitle(ctx.db, span),
    };
    return {
      provides: provide(orderService, {
        ...report,
        ...transitions,
        suspend: async (ctx, id, options) => void (await transitions.suspend(ctx, id, options)),
        cancel: async (ctx, id, options) => void (await cancellation.cancel(ctx, id, options)),
        finishScheduledCancel: (ctx, id) => cancellation.finishScheduledCancel(ctx, id),
        find: (ctx, id) => repository.findById(ctx.db, id),
        findOwn: (ctx, id, clientId) => repository.findOwn(ctx.db, id, clientId),
        listOwn: (ctx, filter, request) => lists.listPage(ctx.db, filter, request),
        lock: (tx, id) => repository.findForUpdate(tx.db, id),
        findAll: async (ctx, ids) => new Map((await repository.listByIds(ctx.db, ids)).map((one) => [one.id, one])),
        listAfter: (ctx, afterId, limit) => repository.listAfter(ctx.db, afterId, limit),
        listToRenew: (ctx, selection) => due.listToRenew(ctx.db, selection),
        place: (tx, placement) => creation.place(tx, placement),
        linkInvoice: (tx, ids, invoiceId) => repository.linkInvoice(tx.db, ids, invoiceId, tx.now),
        removePending: (tx, id) => orders.removePending(tx, id),
        setExpiry: (tx, id, expiresAt) =>
          repository.update(tx.db, id, { expiresAt, anchorDay: expiresAt?.getUTCDate() }, tx.now),
        unlinkInvoice: (tx, invoiceId) => repository.unlinkInvoice(tx.db, invoiceId, tx.now),
        holdRenewal: (tx, id, isHeld) =>
          isHeld ? metas.set(tx.db, id, RENEWAL_HELD, '1', tx.now) : metas.remove(tx.db, id, RENEWAL_HELD),
        note: (tx, id, text) => orders.note(tx, id, text),
        billWith: (lent) => billing.billWith(lent),
      }),
      pages: [
        ...servicePages(views, productTypes, ending),
        ...endingPages(ending, client.delete),
        ...staffPages({ clients, products, productTypes, views, admin }),
        ...staffOrderPages({ views, orders, cancellation, plugins, admin }),
      ],
      menu: [...serviceMenu, ...staffMenu],
      plugins: clientPlugs(phrasesOf(FOLDER)),
      search: orderSearch,
      widgets: orderWidgets(clients),
      api: {
        admin,
        client,
      },
      errorNumbers: { 'order.out_of_stock': 831, 'order.group_missing': 832, 'order.no_invoices': 403 },
      mails: letters(clients),
      jobs: [
        {
          name: 'warn-of-suspension',
          schedule: '5 * * * *',
          cron: { order: 60 },
          run: (ctx) => batches.sendSuspensionWarnings(ctx),
        },
        {
          name: 'suspend-expired',
          schedule: '*/10 * * * *',
          cron: { order: 70 },
          run: (ctx) => batches.suspendExpired(ctx),
        },
        {
          name: 'cancel-suspended',
          schedule: '20 * * * *',
          cron: { order: 80 },
          run: (ctx) => batches.cancelSuspended(ctx),
        },
        { name: 'cancel-unpaid', schedule: '25 * * * *', cron: { order: 90 }, run: (ctx) => batches.cancelUnpaid(ctx) },
      ],
      checks: checks({ products, productTypes, billing }),
      demo: orderDemo({ clients, currencies, products, productTypes }),
      hooks: [
        before(formBeingRemoved, (tx, { formId }) => repository.unlinkForm(tx.db, formId)),
        before(clientBeingRemoved, (tx, { clientId }) => orders.removeAllOf(tx, clientId)),
        before(currencyBeingRemoved, async (tx, { code }) => {
          if (await repository.existsInCurrency(tx.db, code))
            throw conflict('order.currency_kept', 'Cannot remove a currency that orders are priced in.');
        }),
        before(clientChangingCurrency, async (tx, { clientId }) => {
          if (await repository.existsForClient(tx.db, clientId))
            throw conflict('order.currency_in_use', 'Currency cannot be changed. Client already has orders.');
        }),
        before(productBeingRemoved, async (tx, { productId }) => {
          if (await repository.existsForProduct(tx.db, productId))
            throw conflict('order.product_in_use', 'Cannot remove product which has active orders.');
        }),
        before(promoBeingRemoved, async (tx, { promoId }) => {
          if (await repository.existsForPromo(tx.db, promoId))
            throw conflict(
              'order.promo_in_use',
              'Promotions with redemption history cannot be deleted. Disable the promotion instead.',
            );
        }),
      ],
    };
  },
});
