import { atomic } from '#core/context';
import { emailService } from '#modules/email/contract';
import { firstAdministratorMade } from '#modules/staff/contract';
import { shippedModules } from '#modules/index';
import { admin, client, type TestApp } from '../app.ts';
import type { Filling } from '../site-map.ts';
import { buildSale as buildCodes, configure as configureCodes } from './extstars.ts';
import { buildField, buildForm } from './form.ts';
import { buildInvoice, invoiceOf, pay } from './invoice.ts';
import { buildLicense } from './orbit.ts';
import { buildGateway } from './payment.ts';
import { buildAddon, buildProduct, buildPromo } from './product.ts';
import { buildClient, buildKey, tokenOf } from './sale.ts';
import { buildDownload, filesOf, serviceOf } from './service.ts';
import { buildStaff } from './staff.ts';

/** In everything that belongs to the client, and in nothing else. */
export const MARK = 'Marigold';
export const OWNER = { email: `${MARK.toLowerCase()}@example.com`, password: 'Correct-Horse-7' };

/** Modules that are not active by themselves. */
export const optionalModules = shippedModules.filter(({ isEssential }) => isEssential !== true).map(({ name }) => name);

export interface Everything {
  readonly clientId: number;
  /** What each parameter of a page stands for. */
  readonly filling: Filling;
}

/** A client with everything a client can have, in a shop that has one of each. */
export async function buildEverything(app: TestApp): Promise<Everything> {
  // As after a first start: the wizard is there, and clients open the site to others.
  await atomic(app.system(), (tx) => tx.emit(firstAdministratorMade, {}));
  await app.settle();
  const clientId = await buildMarked(app);
  for (const who of [admin, client(await tokenOf(app, clientId))]) await app.call(who, 'profile/two_factor_begin');
  const orders = await buildOrders(app, clientId);
  const money = await buildMoney(app, clientId);
  const shop = await buildShop(app);
  const letter = await buildLetter(app, clientId);
  await app.settle();
  return {
    clientId,
    filling: { ...orders, ...money, ...shop, ...letter, ':client_id': clientId, '/admin/client/manage/:id': clientId },
  };
}

async function buildMarked(app: TestApp): Promise<number> {
  const id = await buildClient(app, {
    ...OWNER,
    first_name: MARK,
    last_name: MARK,
    company: MARK,
    city: MARK,
    notes: MARK,
    currency: 'USD',
  });
  await app.call(admin, 'client/balance_add_funds', { id, amount: 5, description: MARK });
  return id;
}

async function buildOrders(app: TestApp, client_id: number): Promise<Filling> {
  const place = (product_id: number, more: object = {}): Promise<number> =>
    app.call(admin, 'order/create', { client_id, product_id, activate: 1, title: MARK, notes: MARK, ...more });
  const { orderId: key } = await buildKey(app, { clientId: client_id, config: { custom_note: MARK } });
  const productId = await buildProduct(app, { title: 'Plan' });
  const custom = await place(productId, { price: 3, config: { note: MARK } });
  const download = await buildDownload(app);
  await configureCodes(app, {});
  const { orderId: licence } = await buildLicense(app, client_id);
  for (const id of [key, licence]) await app.call(admin, 'order/update', { id, title: MARK });
  return {
    ':order_id': custom,
    ':product_id': productId,
    '/order/:product': (await app.call<{ slug: string }>(admin, 'product/get', { id: productId })).slug,
    '/order/service/manage/:id': custom,
    '/admin/order/manage/:id': custom,
    '/admin/product/manage/:id': productId,
    '/apikeys/:order_id': key,
    '/admin/apikeys/:order_id': key,
    '/licenses/:order_id': await place(await buildProduct(app, { type: 'license' })),
    '/rpc-licences/:order_id': licence,
    '/activation-codes/:order_id': await place(await buildCodes(app)),
    ...(await downloads(app, await place(download), download)),
  };
}

/** Files of products have keys, those of orders have ids. */
async function downloads(app: TestApp, orderId: number, productId: number): Promise<Filling> {
  const [sold] = (await serviceOf<{ files: { id: number }[] }>(app, orderId)).files;
  const [file] = await filesOf(app, productId);
  return {
    '/downloads/:order_id': orderId,
    '/servicedownloadable/get-file/:order_id': orderId,
    '/admin/servicedownloadable/order-file/:order_id': orderId,
    '/admin/servicedownloadable/get-file/:id': productId,
    '/admin/servicedownloadable/get-file/:id/:file_id': file?.id ?? '',
    ':file_id': sold?.id ?? 0,
  };
}

async function buildMoney(app: TestApp, clientId: number): Promise<Filling> {
  await pay(app, await buildInvoice(app, { clientId, items: [{ title: MARK, price: 2 }] }));
  const id = await buildInvoice(app, { clientId, items: [{ title: MARK, price: 3 }] });
  const gateway = { gateway_id: 1, currency: 'USD' };
  const { list: lines } = await app.call<{ list: { id: number }[] }>(admin, 'client/balance_get_list', {
    id: clientId,
  });
  return {
    ...(await buildOwnPayment(app, id)),
    ':hash': (await invoiceOf(app, id)).hash,
    ':gateway': 1,
    '/admin/invoice/manage/:id': id,
    '/admin/invoice/edit/:id': id,
    '/admin/invoice/transactions/:id': await app.call<number>(admin, 'invoice/transaction_create', {
      ...gateway,
      invoice_id: id,
      txn_id: MARK,
      note: MARK,
    }),
    '/admin/invoice/subscriptions/:id': await app.call<number>(admin, 'invoice/subscription_create', {
      ...gateway,
      client_id: clientId,
      sid: MARK,
    }),
    '/admin/invoice/gateways/:id': 1,
    '/admin/invoice/tax/:id': await app.call<number>(admin, 'invoice/tax_create', {
      name: 'VAT',
      taxrate: 20,
      country: 'GB',
    }),
    '/admin/client/balance/:id': lines[0]?.id ?? 0,
  };
}

/** An invoice that its client may pay from the balance. */
async function buildOwnPayment(app: TestApp, id: number): Promise<Filling> {
  const gateway = await buildGateway(app, 'ClientBalance');
  await app.call(admin, 'invoice/update', { id, gateway_id: gateway });
  return { '?/invoice/:hash/balance': `gateway_id=${gateway}` };
}

async function buildShop(app: TestApp): Promise<Filling> {
  await app.call(admin, 'currency/create', { code: 'EUR', conversion_rate: 0.92 });
  await app.call(admin, 'notification/add', { message: 'A note' });
  await buildAddon(app);
  const form = await buildForm(app);
  const { id: member, groupId } = await buildStaff(app, { permissions: { client: { access: true } } });
  return {
    '/admin/currency/manage/:code': 'EUR',
    '/admin/formbuilder/:form_id': form,
    '/admin/formbuilder/:id': form,
    '/admin/formbuilder/:form_id/field/:id': await buildField(app, form, { label: 'Colour' }),
    '/admin/product/categories/:id': await app.call<number>(admin, 'product/category_create', { title: 'More' }),
    '/admin/product/promos/:id': await buildPromo(app),
    '/admin/client/groups/:id': 1,
    '/admin/staff/manage/:id': member,
    '/admin/staff/groups/:id': groupId,
    ':admin_id': member,
    ':group_id': groupId,
    '/admin/email/templates/:id': 1,
    '/admin/extension/activate/:id': 'serviceapikey',
    '/admin/extension/remove/:id': 'serviceapikey',
    '/admin/extension/settings/:id': 'client',
    '/admin/cron/run/:id': 'cron.purge',
    '/admin/notification/:id': 1,
    '/auth/device/done/:decision': 'deny',
    ...guessed,
  };
}

/** Secrets that strangers do not have; who has one may. */
const guessed: Filling = {
  '/client/confirm-email/:hash': 'guessed',
  '/client/reset-password-confirm/:hash': 'guessed',
  '/admin/staff/email/:code': 'guessed',
  '/sandbox/pay/:reference': 'guessed',
};

async function buildLetter(app: TestApp, clientId: number): Promise<Filling> {
  const letter = {
    sender: 'shop@example.com',
    recipients: OWNER.email,
    subject: MARK,
    html: `<p>${MARK}</p>`,
    text: MARK,
  };
  await atomic(app.system(), (tx) => app.app.service(emailService).record(tx, { clientId, ...letter }));
  const { list } = await app.call<{ list: { id: number }[] }>(admin, 'email/email_get_list', { search: MARK });
  return { '/email/:id': list[0]?.id ?? 0, '/admin/email/log/:id': list[0]?.id ?? 0 };
}
