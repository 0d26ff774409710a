import { defineModule } from '#core/module';
import { before } from '#core/listener';
import { conflict } from '#core/error';
import { optional, provide } from '#core/service';
import { clientBeingRemoved, clientChangingCurrency, clientService } from '#modules/client/contract';
import { formBeingRemoved, formService } from '#modules/formbuilder/contract';
import { productBeingRemoved, productService } from '#modules/product/contract';
import { adminApi } from './api/admin.ts';
import { clientApi } from './api/client.ts';
import { orderService, type OrderReport } from './contract.ts';
import { renewalLogic, OrderSettings } from './logic.ts';
import { migrations } from './migrations/index.ts';
import * as repository from './repository.ts';
import * as reports from './repository-report.ts';
import { createOrders } from './service.ts';
import { countByStatus } from './statuses.ts';
import { createTransitions } from './transitions.ts';
import { createOrderViews } from './views.ts';

export const order = defineModule({
  name: 'order',
  title: 'Orders',
  version: '1.0.0',
  description: 'What clients have bought: one product, a period and a status.',
  isEssential: true,
  uses: { clients: clientService, products: productService, forms: optional(formService) },
  settings: OrderSettings,
  permissions: {
    view: 'See orders.',
    manage: 'Make, change and delete orders.',
    export: 'Export orders.',
    manage_settings: 'Change the settings of orders.',
  },
  tables: ['client_order', 'client_order_meta', 'client_order_status'],
  migrations,

  setup({ clients, products, forms }, { productTypes, settings }) {
    const orders = createOrders({ clients, products, forms, productTypes, settings });
    const transitions = createTransitions({ productTypes, renewalLogic: renewalLogic(settings) });
    const views = createOrderViews({ clients, products });
    forms?.countWith({ of: 'order', countByForm: (ctx, ids) => reports.countByForm(ctx.db, ids) });
    const report: OrderReport = {
      tally: reports.tally,
      countByStatus,
      countActiveByProduct: (ctx) => reports.countActiveByProduct(ctx.db),
      countByTitle: (ctx, span) => reports.countByTitle(ctx.db, span),
    };
    return {
      provides: provide(orderService, {
        ...transitions,
        ...report,
        find: (ctx, id) => repository.findById(ctx.db, id),
        findOwn: (ctx, id, clientId) => repository.findOwn(ctx.db, id, clientId),
      }),
      api: { admin: adminApi(orders, transitions, views), client: clientApi(orders, views) },
      errorNumbers: { 'order.group_missing': 832 },
      hooks: [
        before(formBeingRemoved, (tx, { formId }) => repository.unlinkForm(tx.db, formId)),
        before(clientBeingRemoved, (tx, { clientId }) => orders.removeAllOf(tx, clientId)),
        before(clientChangingCurrency, async (tx, { clientId }) => {
          if (await repository.existsForClient(tx.db, clientId))
            throw conflict('order.currency_in_use', 'Currency cannot be changed. Client already has orders.');
        }),
        before(productBeingRemoved, async (tx, { productId }) => {
          if (await repository.existsForProduct(tx.db, productId))
            throw conflict('order.product_in_use', 'Cannot remove product which has active orders.');
        }),
      ],
    };
  },
});
