import { DAY, later } from '#core/clock';
import type { Endpoint } from '#core/endpoint';
import { wireFormat } from '#core/http/wire-format';
import { createKeyVault } from '#core/key-vault';
import { before, echo, on } from '#core/listener';
import { defineModule } from '#core/module';
import { optional } from '#core/service';
import { checkoutService } from '#modules/cart/contract';
import { clientBeingRemoved, clientService, newcomerService, balanceService } from '#modules/client/contract';
import { currencyService } from '#modules/currency/contract';
import { sandboxService } from '#modules/gateway-sandbox/contract';
import { invoicePaid, invoiceRefunded, invoiceService } from '#modules/invoice/contract';
import { orderActivated, orderService } from '#modules/order/contract';
import { productService } from '#modules/product/contract';
import { createCheck } from './activation/check.ts';
import { createActivations } from './activation/service.ts';
import { activationApi } from './api/admin-activation.ts';
import { appApi } from './api/admin-app.ts';
import { codeApi } from './api/admin-code.ts';
import { releaseApi } from './api/admin-release.ts';
import { saleApi } from './api/admin-sale.ts';
import { clientApi } from './api/client.ts';
import { guestApi } from './api/guest.ts';
import { createApps, TYPE } from './app/service.ts';
import { createCallbacks } from './callback/service.ts';
import { createBatches } from './code/batch.ts';
import { createBoughtCodes } from './code/bought.ts';
import { codePages } from './code/pages.ts';
import { createEndings } from './code/ending.ts';
import { examineCodes } from './code/examine.ts';
import { createCodes } from './code/service.ts';
import * as told from './contract.ts';
import { createExtstars } from './dialect.ts';
import { createDonations } from './donation/service.ts';
import { callbackDue } from './event.ts';
import { letters } from './mail.ts';
import { migrations } from './migrations/index.ts';
import { createBuy } from './order/buy.ts';
import { createDonate } from './order/donate.ts';
import { createWays } from './order/payment.ts';
import { createOrders } from './order/service.ts';
import { createStart } from './order/start.ts';
import { createPace, type PaceName } from './pace.ts';
import { codeProduct } from './product.ts';
import { createReleases } from './release/service.ts';
import { createRules, MODULE, settings } from './rules.ts';
import { createPayInSandbox } from './sandbox.ts';
import { donationEndpoints } from './wire/donation.ts';
import { createOrderCheck, orderCheckEndpoints } from './wire/order-check.ts';
import { purchaseEndpoints } from './wire/purchase.ts';
import { releaseEndpoints } from './wire/release.ts';
import { returnMount } from './wire/return.ts';
import { simpleEndpoints } from './wire/simple.ts';

export const extstarsAccounts = defineModule({
  name: MODULE,
  title: 'Extstars accounts',
  version: '1.0.0',
  description: 'Activation codes, update feeds and donations for software written for the extstars account service.',
  uses: {
    clients: clientService,
    newcomers: newcomerService,
    balances: balanceService,
    currencies: currencyService,
    products: productService,
    engineOrders: orderService,
    invoices: invoiceService,
    checkouts: checkoutService,
    sandbox: optional(sandboxService),
  },
  settings,
  permissions: {
    manage_apps: 'See and change apps, their keys, releases and callbacks.',
    manage_codes: 'See, make and change activation codes, and release devices.',
    view_donations: 'See donations and purchases, and hide donations.',
    manage_sandbox: 'Pay orders at the sandbox gateway.',
    manage_settings: 'Change the settings of this module.',
  },
  tables: [
    'extstars_app', 'service_extstars', 'extstars_activation', 'extstars_release', 'extstars_order',
    'extstars_order_line', 'extstars_donation', 'extstars_callback',
  ], // prettier-ignore
  migrations,
  folder: new URL('.', import.meta.url),

  setup({ clients: people, newcomers, balances, sandbox, ...engine }, { config, secrets, limits, settings: store }) {
    const { currencies, products, engineOrders, invoices, checkouts } = engine;
    const { baseUrl, timeZone } = config;
    const clients = { ...people, ...newcomers, ...balances };
    const toJson = wireFormat(timeZone);
    const timeText = (time: Date): string => JSON.parse(toJson(time)) as string;

    const rules = createRules(store);
    const apps = createApps({ secrets, products, currencies, newcomers });
    const vault = createKeyVault(secrets, 'service_extstars.code');
    const codes = createCodes({ clients, vault });
    const batches = createBatches({ apps, vault });
    const bought = createBoughtCodes({ apps, codes, clients, orders: engineOrders, vault });
    const endings = createEndings({ apps });
    const activations = createActivations({ codes, bought });
    const check = createCheck({ secrets });
    const releases = createReleases({ apps });
    const donations = createDonations();
    const callbacks = createCallbacks({ apps, rules, timeText });
    const ways = createWays(invoices.payments, rules, baseUrl);
    const orders = createOrders({
      apps, bought, callbacks, rules, clients, engineOrders, invoices, secrets, baseUrl,
    }); // prettier-ignore
    const start = createStart({ ways, orders });
    const donate = createDonate({ apps, ways, clients, invoices, limits, start });
    const buy = createBuy({ ways, orders, clients, products, invoices, checkouts, limits, start });
    const payInSandbox = createPayInSandbox(sandbox, orders, rules);

    const simple = simpleEndpoints({ apps, activations, check, limits });
    const checkOrder = createOrderCheck(orders);
    const second = {
      ...releaseEndpoints({ apps, releases, rules }),
      ...donationEndpoints({ apps, donate, donations, checkOrder, rules, baseUrl }),
      ...orderCheckEndpoints({ apps, checkOrder }),
      ...purchaseEndpoints({ apps, buy, baseUrl }),
    };
    const pace = createPace(
      new Map<Endpoint, PaceName>([
        [simple.active, 'active'],
        [simple.deactive, 'deactive'],
        [simple.check, 'check'],
        [second.donate, 'create'],
        [second.buy, 'create'],
        [second.checkOrder, 'poll'],
        [second.checkByAddress, 'poll'],
        [second.donors, 'poll'],
        [second.upgrade, 'list'],
      ]),
    );
    const dialect = createExtstars(timeZone);

    const client = clientApi({ apps, codes, activations });

    return {
      api: {
        as: 'extstars',
        guest: guestApi({ apps }),
        client,
        admin: {
          ...appApi({ apps }),
          ...codeApi({ codes, batches }),
          ...activationApi({ activations }),
          ...releaseApi({ releases }),
          ...saleApi({ donations, orders, callbacks, payInSandbox }),
        },
      },
      mounts: [
        {
          dialect,
          pace,
          at: '/api/v1',
          routes: {
            'POST /simple/code/active': simple.active,
            'POST /simple/code/activate': simple.active,
            'POST /simple/code/deactive': simple.deactive,
            'POST /simple/code/deactivate': simple.deactive,
            'POST /simple/code/check': simple.check,
          },
        },
        {
          dialect,
          pace,
          at: '/api/v2',
          routes: {
            'GET /ping': second.ping,
            'GET /upgrade/pull': second.upgrade,
            'POST /upgrade/pull': second.upgrade,
            'POST /donation/create': second.donate,
            'POST /donation/pull': second.donors,
            'POST /order/check': second.checkOrder,
            'GET /order/check': second.checkByAddress,
            'POST /order/create': second.buy,
          },
        },
        returnMount({ orders, callbacks }),
      ],
      pages: codePages({ apps, bought, activations, orders: engineOrders, client }),
      productTypes: [codeProduct(bought)],
      hooks: [
        before(clientBeingRemoved, async (tx, { clientId }) => {
          await bought.ownerRemoved(tx, clientId);
          await orders.forget(tx, clientId);
        }),
      ],
      listeners: [
        on(invoicePaid, 'settle_order', async (ctx, { invoiceId }) => {
          const order = await orders.findByInvoice(ctx, invoiceId);
          if (order !== undefined) await orders.settle(ctx, order.id);
        }),
        on(orderActivated, 'deliver_codes', async (ctx, { orderId, serviceType }) => {
          const order = serviceType === TYPE ? await orders.findByLine(ctx, orderId) : undefined;
          if (order !== undefined) await orders.deliver(ctx, order.id);
        }),
        on(invoiceRefunded, 'revoke_codes', async (ctx, { invoiceId }) => {
          const order = await orders.findByInvoice(ctx, invoiceId);
          const invoice = order && (await invoices.find(ctx, invoiceId));
          if (order === undefined || invoice === undefined) return;
          if (invoice.refund.amount >= invoices.totals(invoice).total.amount) await orders.revoke(ctx, order.id);
        }),
        on(callbackDue, 'deliver_callback', (ctx, { callbackId }) => callbacks.deliver(ctx, callbackId)),
      ],
      // Under the names of the contract (spec 8.1).
      echoes: [
        echo(told.codeActivating, 'onBeforeExtstarsCodeActivate', inSnakeCase),
        echo(told.codeActivated, 'onAfterExtstarsCodeActivate', inSnakeCase),
        echo(told.codeDeactivating, 'onBeforeExtstarsCodeDeactivate', inSnakeCase),
        echo(told.codeDeactivated, 'onAfterExtstarsCodeDeactivate', inSnakeCase),
        echo(told.extstarsOrderPaid, 'onAfterExtstarsOrderPaid', inSnakeCase),
        echo(told.donationReceived, 'onAfterExtstarsDonationReceived', inSnakeCase),
        echo(told.codeExpired, 'onAfterExtstarsCodeExpired', inSnakeCase),
      ],
      mails: letters({ apps, codes, orders, donations, clients }),
      jobs: [
        { name: 'code-expiry', schedule: '*/5 * * * *', cron: { order: 70 }, run: (ctx) => endings.tellExpired(ctx) },
        {
          name: 'code-expiry-reminder',
          schedule: '40 6 * * *',
          cron: { order: 60 },
          run: (ctx) => endings.tellExpiring(ctx),
        },
        { name: 'order-close', schedule: '*/10 * * * *', cron: { order: 90 }, run: (ctx) => orders.closeOld(ctx) },
        {
          name: 'payment-reconcile',
          schedule: '*/5 * * * *',
          cron: { order: 20 },
          run: (ctx) => orders.reconcile(ctx),
        },
        {
          name: 'purge',
          schedule: '31 3 * * *',
          cron: { order: 200 },
          async run(ctx) {
            const before = later(ctx.now, -(await rules(ctx)).ipRetentionDays * DAY);
            await activations.purge(ctx, before);
            await orders.purge(ctx, before);
          },
        },
      ],
      checks: [
        { name: 'activation codes follow their orders', run: (ctx) => examineCodes(ctx, engineOrders) },
        { name: 'purchases hold the codes that were bought', run: (ctx) => orders.examine(ctx) },
      ],
    };
  },
});

const inSnakeCase = (payload: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(payload).map(([name, value]) => [
      name.replaceAll(/[A-Z]/g, (one) => `_${one.toLowerCase()}`),
      value,
    ]),
  );
