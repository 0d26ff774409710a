import type { ClientActor } from '#core/actor';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { requireDelivered, requireUsable } from '#core/delivery';
import { conflict, invalidInput, notFound, type AppError } from '#core/error';
import { examineDeliveries } from '#core/examine';
import { createKeyVault, untilFree } from '#core/key-vault';
import type { Plugins } from '#core/plugin';
import type { OrderRef, Settings } from '#core/product';
import { isTruthy } from '#core/schema';
import type { Secrets } from '#core/secret';
import type { Client, ClientService } from '#modules/client/contract';
import type { OrderService } from '#modules/order/contract';
import { createCheck, type Answer, type Question, type Refusal } from './check.ts';
import { licenseBeingReset, licensePlugin, licenseReset, type LicensePlugin } from './contract.ts';
import { iterationsOf, simplePlugin } from './generate.ts';
import type { Lists, Terms } from './judge.ts';
import * as licenses from './repository.ts';

/** What staff may change. Absent stays. */
export interface Amendment {
  readonly plugin?: string | undefined;
  readonly key?: string | undefined;
  readonly strict: Partial<Terms['strict']>;
  readonly lists: Partial<Lists>;
}

export interface Licenses {
  check(ctx: Context, question: Question): Promise<Answer | Refusal>;
  /** Forgets where a licence was used. A client's own order only, and only while it may be used. */
  resetOwn(ctx: Context<ClientActor>, orderId: number): Promise<void>;
  reset(ctx: Context, orderId: number): Promise<void>;
  amend(ctx: Context, orderId: number, amendment: Amendment): Promise<void>;
  pluginNames(): readonly string[];

  issue(tx: Tx, order: OrderRef): Promise<number>;
  /** Makes the key of an order, or a new one where there is one. */
  activate(tx: Tx, order: OrderRef): Promise<Settings>;
  remove(tx: Tx, order: OrderRef): Promise<void>;
  follow(tx: Tx, order: OrderRef): Promise<void>;
  /** The client has another name now. */
  rename(ctx: Context, clientId: number): Promise<void>;
  show(ctx: Context, order: OrderRef): Promise<Settings | undefined>;
  delivered(ctx: Context, orders: readonly OrderRef[]): Promise<ReadonlySet<number>>;
  /** Sentences about licences that do not fit their orders. */
  examine(ctx: Context): Promise<string[]>;
}

interface Needs {
  readonly orders: OrderService;
  readonly clients: ClientService;
  readonly plugins: Plugins;
  readonly secrets: Secrets;
}

export function createLicenses({ orders, clients, plugins, secrets }: Needs): Licenses {
  const vault = createKeyVault(secrets, 'servicelicense.key');
  const allPlugins = (): readonly LicensePlugin[] => [simplePlugin, ...plugins.list(licensePlugin)];
  const pluginOf = (name: string): LicensePlugin | undefined => allPlugins().find((one) => one.name === name);

  return {
    check: createCheck({ vault, pluginOf }),

    resetOwn: (ctx, orderId) =>
      atomic(ctx, async (tx) => {
        const order = requireUsable(await orders.findOwn(tx, orderId, tx.actor.id), tx.now);
        await forget(tx, order);
      }),

    reset: (ctx, orderId) => atomic(ctx, async (tx) => forget(tx, requireDelivered(await orders.find(tx, orderId)))),

    amend: (ctx, orderId, { plugin, key, strict, lists }) =>
      atomic(ctx, async (tx) => {
        const order = requireDelivered(await orders.find(tx, orderId));
        if (plugin !== undefined) getPlugin(plugin);
        const sealed = key === undefined ? undefined : { sealed: vault.seal(key), hash: vault.hashOf(key) };
        await unlessTaken(() =>
          licenses.update(tx.db, order.serviceId, { plugin, key: sealed, strict, lists }, tx.now),
        );
        await tx.record(`Updated the license of order #${orderId}`);
      }),

    pluginNames: () => allPlugins().map(({ name }) => name),

    async issue(tx, order) {
      const { config } = order;
      return licenses.insert(
        tx.db,
        {
          order,
          licensedTo: nameOf(await clients.find(tx, order.clientId)),
          plugin: pluginNameIn(config),
          strict: {
            ip: isTruthy(config['validate_ip']),
            host: isTruthy(config['validate_host']),
            version: isTruthy(config['validate_version']),
            path: isTruthy(config['validate_path']),
          },
        },
        tx.now,
      );
    },

    async activate(tx, order) {
      const current = await licenses.findByOrder(tx.db, order.id);
      if (current === undefined) throw notFound('servicelicense.missing', 'Could not find associated service license');
      const name = pluginNameIn(order.config);
      const plugin = getPlugin(name);
      return untilFree(iterationsOf(order.config), exhausted(), async () => {
        const key = plugin.generate(order.config);
        const sealed = { sealed: vault.seal(key), hash: vault.hashOf(key) };
        await licenses.update(tx.db, current.id, { key: sealed, plugin: name }, tx.now);
        return { license_key: key };
      });
    },

    remove: (tx, order) => licenses.removeByOrder(tx.db, order.id),
    follow: (tx, order) => licenses.setStanding(tx.db, order),

    rename: (ctx, clientId) =>
      atomic(ctx, async (tx) => {
        await licenses.setOwner(tx.db, clientId, nameOf(await clients.find(tx, clientId)));
      }),

    async show(ctx, order) {
      const found = await licenses.findByOrder(ctx.db, order.id);
      if (found === undefined) return undefined;
      const { sealedKey, strict, lists, pingedAt, plugin } = found;
      return {
        license_key: sealedKey === undefined ? null : vault.open(sealedKey),
        validate_ip: strict.ip,
        validate_host: strict.host,
        validate_version: strict.version,
        validate_path: strict.path,
        ips: lists.ip,
        hosts: lists.host,
        paths: lists.path,
        versions: lists.version,
        pinged_at: pingedAt ?? null,
        ...(ctx.actor.kind === 'client' ? {} : { plugin }),
      };
    },

    delivered: (ctx, list) =>
      licenses.listOrdersWith(
        ctx.db,
        list.map(({ id }) => id),
      ),

    examine: (ctx) => examineDeliveries(ctx, orders, licenses.listAfter, findingsOf),
  };

  async function forget(tx: Tx, { id, clientId, serviceId }: OrderRef & { serviceId: number }): Promise<void> {
    const ids = { id: serviceId, orderId: id, clientId };
    const { lists } = (await licenses.findForUpdate(tx.db, serviceId)) ?? { lists: licenses.NOTHING_SEEN };
    const seen = { ips: [...lists.ip], hosts: [...lists.host], paths: [...lists.path], versions: [...lists.version] };
    await tx.ask(licenseBeingReset, { ...ids, ...seen });
    await licenses.update(tx.db, serviceId, { lists: licenses.NOTHING_SEEN }, tx.now);
    await tx.emit(licenseReset, ids);
    await tx.record(`Reset the license of order #${id}`);
  }

  /** Only what an active module plugged in: nothing is loaded because a configuration names it. */
  function getPlugin(name: string): LicensePlugin {
    const plugin = pluginOf(name);
    if (plugin === undefined) throw invalidInput('servicelicense.no_plugin', `License plugin ${name} was not found.`);
    return plugin;
  }
}

function pluginNameIn({ plugin }: Settings & { plugin?: unknown }): string {
  return typeof plugin === 'string' && plugin !== '' ? plugin.slice(0, 255) : simplePlugin.name;
}

const nameOf = (client: Client | undefined): string => [client?.firstName, client?.lastName].filter(Boolean).join(' ');

const exhausted = (): AppError =>
  conflict('servicelicense.exhausted', 'Maximum number of iterations reached while generating license key');

async function unlessTaken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isUniqueViolation(error)) throw conflict('servicelicense.key_taken', 'Another order has this license key.');
    throw error;
  }
}

function findingsOf(license: licenses.StoredLicense, order: OrderRef | undefined): string[] {
  if (order === undefined) return [`License ${license.id} belongs to order ${license.orderId}, which does not exist.`];
  const isSame = order.status === license.status && order.expiresAt?.getTime() === license.expiresAt?.getTime();
  if (!isSame) return [`License ${license.id} does not follow the status or expiry of order ${order.id}.`];
  return order.status === 'active' && license.sealedKey === undefined
    ? [`Order ${order.id} is active without a license key.`]
    : [];
}
