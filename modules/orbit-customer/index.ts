import type { Endpoint } from '#core/endpoint';
import { before, on } from '#core/listener';
import { defineModule, type Mount } from '#core/module';
import { provide } from '#core/service';
import type { Dialect } from '#core/http/dialect';
import {
  balanceService,
  clientBeingRemoved,
  clientOwnPasswordChanged,
  clientPasswordChanged,
  clientPasswordReset,
  clientService,
  newcomerService,
} from '#modules/client/contract';
import { currencyService } from '#modules/currency/contract';
import { checkoutService } from '#modules/cart/contract';
import { invoiceService } from '#modules/invoice/contract';
import { productService } from '#modules/product/contract';
import { orderBeingRemoved, orderCreated, orderService } from '#modules/order/contract';
import { createAdmit } from './admit.ts';
import { adminApi } from './api/admin.ts';
import { apiKeyRoutes } from './apikey/api.ts';
import { createApiKeys } from './apikey/service.ts';
import { licenseService } from './contract.ts';
import { devicePages } from './device/pages.ts';
import { createDevices } from './device/service.ts';
import { version1, version2 } from './dialect.ts';
import { licenseRoutes, licenseRoutesV1 } from './license/api.ts';
import * as entries from './license/ip-repository.ts';
import { invoiceRoutes } from './invoice/api.ts';
import { createOwnInvoices } from './invoice/service.ts';
import { TYPE } from './license/plan.ts';
import { licensePages } from './license/pages.ts';
import { licenseProduct } from './license/product.ts';
import { createLicenses } from './license/service.ts';
import { createLocations } from './location/service.ts';
import { migrations } from './migrations/index.ts';
import { createPace } from './pace.ts';
import { profileRoutes } from './profile/api.ts';
import { createProfiles } from './profile/service.ts';
import { purchaseRoutes } from './purchase/api.ts';
import { createPurchases } from './purchase/service.ts';
import { createRules, MODULE, settings } from './rules.ts';
import { signInEndpoints } from './token/api.ts';
import { createTokens } from './token/service.ts';
import { topupRoutes } from './topup/api.ts';
import { createTopups } from './topup/service.ts';
import { createWalletSignIn } from './wallet/service.ts';

export const orbitCustomer = defineModule({
  name: MODULE,
  title: 'Orbit customer API',
  version: '1.0.0',
  description: 'Sells RPC licences and speaks the OrbitFlare Customer API, versions 2 and 1.',
  uses: {
    clients: clientService,
    newcomers: newcomerService,
    balances: balanceService,
    currencies: currencyService,
    orders: orderService,
    products: productService,
    invoices: invoiceService,
    checkouts: checkoutService,
  },
  settings,
  permissions: {
    manage_locations: 'See and change locations.',
    manage_keys: 'See, disable and delete the API keys of clients.',
    manage_licenses: 'See licences, replace their keys and turn their renewal on or off.',
    manage_devices: 'See and deny devices that wait for approval.',
    manage_settings: 'Change the settings of this module.',
  },
  tables: [
    'orbit_location', 'service_orbit', 'orbit_ip', 'orbit_api_key', 'orbit_token', 'orbit_device', 'orbit_challenge',
    'orbit_wallet', 'orbit_purchase', 'orbit_topup',
  ], // prettier-ignore
  migrations,
  folder: new URL('.', import.meta.url),

  setup(
    { clients: people, newcomers, balances, currencies, orders, products, invoices, checkouts },
    { config, secrets, limits, settings: store },
  ) {
    const clients = { ...people, ...newcomers, ...balances };
    const rules = createRules(store);
    const admit = createAdmit(newcomers);
    const locations = createLocations((tx, id) => entries.removeAt(tx.db, id));
    const licenses = createLicenses({ secrets, locations, orders });
    const keys = createApiKeys({ secrets, admit });
    const tokens = createTokens({ secrets, rules, admit });
    const devices = createDevices({ secrets, tokens, clients, limits });
    const wallets = createWalletSignIn({ clients, currencies, keys, tokens, site: config.baseUrl });
    const profiles = createProfiles({ clients, currencies });
    const ownInvoices = createOwnInvoices({ invoices, balances, currencies, orders, products, licenses });
    const purchases = createPurchases({
      clients, balances, currencies, checkouts, products, invoices, orders, licenses,
    }); // prettier-ignore
    const topups = createTopups({ rules, clients, balances, currencies, invoices });
    const signIn = signInEndpoints({ devices, wallets, profiles, baseUrl: config.baseUrl });
    const pace = createPace(rules, {
      signIn: [signIn.startDevice, signIn.challenge, signIn.verify, signIn.register],
      poll: signIn.pollDevice,
    });
    const mount = (dialect: Dialect, version: string, routes: Readonly<Record<string, Endpoint>>): Mount[] =>
      ['/customer', '/api/customer'].map((at) => ({ dialect, at: `${at}/${version}`, routes, pace }));

    return {
      provides: provide(licenseService, licenses),
      api: { as: 'orbit', admin: adminApi({ locations, licenses, keys, devices }) },
      mounts: [
        ...mount(version2, 'v2', {
          'POST /auth/device/code': signIn.startDevice,
          'POST /auth/device/token': signIn.pollDevice,
          'POST /auth/wallet/challenge': signIn.challenge,
          'POST /auth/wallet/verify': signIn.verify,
          'POST /auth/wallet/register': signIn.register,
          ...profileRoutes(profiles, tokens),
          ...licenseRoutes({ licenses, locations }),
          ...apiKeyRoutes(keys),
          ...invoiceRoutes(ownInvoices, invoices),
          ...purchaseRoutes(purchases, invoices),
          ...topupRoutes(topups),
        }),
        ...mount(version1, 'v1', licenseRoutesV1({ licenses, locations })),
      ],
      pages: [...devicePages(devices), ...licensePages({ licenses, orders })],
      productTypes: [licenseProduct(licenses)],
      recognizers: [keys.recognizer, tokens.recognizer],
      hooks: [
        before(orderBeingRemoved, async (tx, { orderId }) => {
          await licenses.removeOf(tx, orderId);
          await purchases.forget(tx, orderId);
        }),
        before(clientBeingRemoved, async (tx, { clientId }) => {
          await keys.removeAllOf(tx, clientId);
          await tokens.removeAllOf(tx, clientId);
          await devices.removeAllOf(tx, clientId);
          await wallets.removeAllOf(tx, clientId);
          await topups.removeAllOf(tx, clientId);
        }),
      ],
      listeners: [
        on(orderCreated, 'announce_license', async (ctx, { orderId, serviceType }) => {
          if (serviceType === TYPE) await licenses.announce(ctx, await orders.find(ctx, orderId));
        }),
        on(clientPasswordChanged, 'revoke_changed', (ctx, { clientId }) => tokens.revokeAllOf(ctx, clientId)),
        on(clientOwnPasswordChanged, 'revoke_own', (ctx, { clientId }) => tokens.revokeAllOf(ctx, clientId)),
        on(clientPasswordReset, 'revoke_reset', (ctx, { clientId }) => tokens.revokeAllOf(ctx, clientId)),
      ],
      checks: [{ name: 'licences follow their orders', run: (ctx) => licenses.examine(ctx) }],
      jobs: [
        {
          name: 'purge',
          schedule: '23 * * * *',
          cron: { order: 110 },
          async run(ctx) {
            await devices.purge(ctx);
            await wallets.purge(ctx);
            await tokens.purge(ctx);
            await licenses.purge(ctx);
            await topups.purge(ctx);
          },
        },
      ],
    };
  },
});
