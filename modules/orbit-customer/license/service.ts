import { randomUUID } from 'node:crypto';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { isInForce } from '#core/delivery';
import { conflict, invalidFields, type AppError } from '#core/error';
import { examineDeliveries } from '#core/examine';
import { untilFree } from '#core/key-vault';
import type { OrderRef, Settings } from '#core/product';
import type { Secrets } from '#core/secret';
import type { OrderService } from '#modules/order/contract';
import { canonicalAddress, isCovered, readDomain, readIpv4 } from '../address.ts';
import type { LicenseUse } from '../contract.ts';
import { refusal, unknownThing, wrongField } from '../failure.ts';
import type { Locations } from '../location/service.ts';
import type { Location } from '../location/repository.ts';
import { generateKey, generateSlug } from './generate.ts';
import * as entries from './ip-repository.ts';
import { termsOf } from './plan.ts';
import * as licenses from './repository.ts';
import type { AuthMode, License, Network } from './repository.ts';

/** A licence as its owner sees it. */
export interface Shown {
  readonly license: License;
  /** Empty before the activation. */
  readonly key: string;
  readonly locations: readonly Location[];
}

export interface ShownIp {
  readonly entry: entries.IpEntry;
  readonly location: Location | undefined;
}

/** `which`: a key, a slug or an id of the client's own. */
export interface Licenses {
  /** Newest first. */
  list(ctx: Context, clientId: number): Promise<readonly Shown[]>;
  get(ctx: Context, clientId: number, which: string): Promise<Shown>;
  rotate(ctx: Context, clientId: number, which: string): Promise<Shown>;
  listIps(ctx: Context, clientId: number, which: string): Promise<readonly ShownIp[]>;
  addIp(ctx: Context, clientId: number, which: string, wanted: WantedIp): Promise<ShownIp>;
  removeIp(ctx: Context, clientId: number, which: string, ip: string, locationId: number | undefined): Promise<void>;
  addDomain(ctx: Context, clientId: number, which: string, network: Network, name: string): Promise<Shown>;
  removeDomain(ctx: Context, clientId: number, which: string, network: Network, name: string): Promise<Shown>;
  /** Undefined: the other one. */
  setAuthMode(ctx: Context, clientId: number, which: string, mode: AuthMode | undefined): Promise<Shown>;
  setAutoRenewal(ctx: Context, clientId: number, which: string, isOn: boolean | undefined): Promise<Shown>;

  isUsable(ctx: Context, key: string, use: LicenseUse): Promise<boolean>;
  ofOrders(ctx: Context, orderIds: readonly number[]): Promise<ReadonlyMap<number, Shown>>;

  /** An order that waits has a licence that waits; undefined when the order is gone. */
  announce(ctx: Context, order: OrderRef | undefined): Promise<void>;
  create(tx: Tx, order: OrderRef): Promise<number>;
  activate(tx: Tx, order: OrderRef): Promise<Settings>;
  removeOf(tx: Tx, orderId: number): Promise<void>;
  follow(tx: Tx, order: OrderRef): Promise<void>;
  show(ctx: Context, order: OrderRef): Promise<Settings | undefined>;

  search(ctx: Context, filter: licenses.Filter, request: PageRequest): Promise<Page<Shown>>;
  find(ctx: Context, id: number): Promise<Shown>;
  purge(ctx: Context): Promise<void>;
  /** Sentences about licences that do not fit their orders. */
  examine(ctx: Context): Promise<string[]>;
}

export interface WantedIp {
  readonly address: string;
  /** Its id or its code. */
  readonly location: number | string;
  readonly expiresAt: Date | undefined;
}

const ATTEMPTS = 10;
const MOST_DOMAINS = 500;
const CHUNK = 500;
const KEY_PURPOSE = 'orbit.license_key';

interface Needs {
  readonly secrets: Secrets;
  readonly locations: Locations;
  readonly orders: OrderService;
}

export function createLicenses({ secrets, locations, orders }: Needs): Licenses {
  const hashOf = (key: string): string => secrets.fingerprint(KEY_PURPOSE, key);

  return {
    async list(ctx, clientId) {
      const found = await licenses.listOf(ctx.db, clientId);
      const known = await locations.enabled(ctx);
      return found.map((license) => shown(license, known));
    },
    get: async (ctx, clientId, which) => show(ctx, await getOwn(ctx, clientId, which)),

    rotate: (ctx, clientId, which) =>
      changeOwn(ctx, clientId, which, async (tx, license) => {
        await newKey(tx, license.id);
        await tx.record(`Replaced the key of licence #${license.id}`);
      }),

    async listIps(ctx, clientId, which) {
      const { id } = await getOwn(ctx, clientId, which);
      const known = await locations.list(ctx);
      const found = await entries.listLive(ctx.db, id, ctx.now);
      return found.map((entry) => ({ entry, location: known.find((one) => one.id === entry.locationId) }));
    },

    async addIp(ctx, clientId, which, { address, location: wanted, expiresAt }) {
      const known = await locations.list(ctx);
      try {
        return await atomic(ctx, async (tx) => {
          const license = await lockOwn(tx, clientId, which);
          const location = known.find(({ id, code }) => (id === wanted || code === wanted) && mayUse(license, id));
          const isOver = expiresAt !== undefined && expiresAt <= tx.now;
          if (location?.isEnabled !== true || isOver) throw badEntry(location?.isEnabled === true, isOver);
          await entries.removeExpired(tx.db, license.id, tx.now);
          const live = await entries.listLive(tx.db, license.id, tx.now);
          if (live.some((one) => one.address === address && one.locationId === location.id)) throw alreadyListed();
          if (license.ipLimit !== undefined && live.length >= license.ipLimit)
            throw refusal('conflict', 'ip_limit_reached', `This plan allows ${license.ipLimit} addresses.`);
          const entry = { licenseId: license.id, address, locationId: location.id, expiresAt, createdAt: tx.now };
          const id = await entries.insert(tx.db, entry);
          await tx.record(`Added an address to licence #${license.id}`);
          return { entry: { id, ...entry }, location };
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw alreadyListed();
        throw error;
      }
    },

    removeIp: (ctx, clientId, which, ip, locationId) =>
      atomic(ctx, async (tx) => {
        const license = await lockOwn(tx, clientId, which);
        const entry = /^\d{1,15}$/.test(ip) ? { entryId: Number(ip) } : { address: readIpv4(ip) ?? '' };
        if ((await entries.remove(tx.db, license.id, { ...entry, locationId }, tx.now)) === 0)
          throw unknownThing('Address');
        await tx.record(`Removed an address from licence #${license.id}`);
      }),

    addDomain: (ctx, clientId, which, network, name) =>
      changeOwn(ctx, clientId, which, async (tx, license) => {
        const names = license.domains[network];
        if (names.includes(name)) throw wrongField('domain', 'This domain is on the list already.');
        if (names.length >= MOST_DOMAINS) throw wrongField('domain', `A list holds at most ${MOST_DOMAINS} domains.`);
        await licenses.setDomains(tx.db, license.id, network, [...names, name], tx.now);
        await tx.record(`Added a domain to licence #${license.id}`);
      }),

    removeDomain: (ctx, clientId, which, network, sent) =>
      changeOwn(ctx, clientId, which, async (tx, license) => {
        const name = readDomain(sent.trim());
        const names = license.domains[network];
        if (name === undefined || !names.includes(name)) throw unknownThing('Domain');
        const rest = names.filter((one) => one !== name);
        await licenses.setDomains(tx.db, license.id, network, rest, tx.now);
        await tx.record(`Removed a domain from licence #${license.id}`);
      }),

    setAuthMode: (ctx, clientId, which, mode) =>
      changeOwn(ctx, clientId, which, async (tx, { id, authMode }) => {
        const next = mode ?? (authMode === 'api_key' ? 'ip_whitelist' : 'api_key');
        await licenses.setAuthMode(tx.db, id, next, tx.now);
        await tx.record(`Licence #${id} now uses ${next}`);
      }),

    setAutoRenewal: (ctx, clientId, which, isOn) =>
      atomic(ctx, async (tx) => {
        const { id, orderId, status, isAutoRenewed } = await lock(tx, (await getOwn(tx, clientId, which)).id);
        if (status === 'canceled') throw inactive();
        const next = isOn ?? !isAutoRenewed;
        await licenses.setAutoRenewal(tx.db, id, next, tx.now);
        await orders.holdRenewal(tx, orderId, !next);
        await tx.record(`Turned the renewal of licence #${id} ${next ? 'on' : 'off'}`);
        return show(tx, await lock(tx, id));
      }),

    async isUsable(ctx, key, { ip, domain, network = 'mainnet', locationId }) {
      const license = await licenses.findByKey(ctx.db, hashOf(key));
      if (license === undefined || !isInForce(license, ctx.now)) return false;
      if (locationId !== undefined && license.locationIds?.includes(locationId) === false) return false;
      const names = license.domains[network];
      const host = domain === undefined ? undefined : readDomain(domain);
      if (names.length > 0 && domain !== undefined && (host === undefined || !isCovered(names, host))) return false;
      if (license.authMode === 'api_key') return true;
      const address = ip === undefined ? undefined : readIpv4(canonicalAddress(ip));
      if (address === undefined) return false;
      const live = await entries.listLive(ctx.db, license.id, ctx.now);
      return live.some((one) => one.address === address && (locationId === undefined || one.locationId === locationId));
    },

    async ofOrders(ctx, orderIds) {
      const found = await licenses.findAllByOrder(ctx.db, orderIds);
      const known = await locations.enabled(ctx);
      return new Map([...found].map(([orderId, license]) => [orderId, shown(license, known)]));
    },

    announce: (ctx, order) =>
      order === undefined ? Promise.resolve() : atomic(ctx, async (tx) => void (await create(tx, order))),
    create,

    async activate(tx, order) {
      const license = await licenses.findByOrderForUpdate(tx.db, order.id);
      if (license === undefined) throw conflict('orbit.no_license', 'Could not find active service');
      await licenses.setTerms(tx.db, license.id, termsOf(order.config, await locations.list(tx)));
      if (license.slug === undefined)
        await untilFree(ATTEMPTS, exhausted(), () => licenses.setSlug(tx.db, license.id, generateSlug(order.title)));
      const key = license.sealedKey === undefined ? await newKey(tx, license.id) : opened(license);
      return { license_key: key };
    },

    async removeOf(tx, orderId) {
      const license = await licenses.findByOrder(tx.db, orderId);
      if (license === undefined) return;
      await entries.removeOf(tx.db, license.id);
      await licenses.remove(tx.db, license.id);
    },
    follow: (tx, order) => licenses.setStanding(tx.db, order),

    async show(ctx, order) {
      const license = await licenses.findByOrder(ctx.db, order.id);
      if (license === undefined) return undefined;
      const { id, slug, authMode, isAutoRenewed, domains } = license;
      return {
        id,
        license_key: opened(license),
        slug: slug ?? null,
        auth_mode: authMode,
        auto_renewal: isAutoRenewed,
        domains: domains.mainnet,
        devnet_domains: domains.devnet,
      };
    },

    async search(ctx, filter, request) {
      const page = await licenses.list(ctx.db, filter, request);
      const known = await locations.enabled(ctx);
      return { ...page, items: page.items.map((license) => shown(license, known)) };
    },
    async find(ctx, id) {
      const license = await licenses.find(ctx.db, id);
      if (license === undefined) throw unknownThing('License');
      return show(ctx, license);
    },
    async purge(ctx) {
      while ((await atomic(ctx, (tx) => entries.purge(tx.db, tx.now, CHUNK))) === CHUNK);
    },

    examine: (ctx) => examineDeliveries(ctx, orders, licenses.listAfter, findingsOf),
  };

  async function create(tx: Tx, order: OrderRef): Promise<number> {
    const known = await licenses.findByOrder(tx.db, order.id);
    if (known !== undefined) return known.id;
    const terms = termsOf(order.config, await locations.list(tx));
    try {
      return await licenses.insert(tx.db, order, terms, tx.now);
    } catch (error) {
      // It was announced at this moment.
      const made = isUniqueViolation(error) ? await licenses.findByOrderForUpdate(tx.db, order.id) : undefined;
      if (made === undefined) throw error;
      return made.id;
    }
  }

  async function getOwn(ctx: Context, clientId: number, which: string): Promise<License> {
    // What is too long for a key is none, but takes as long to find out.
    const text = which.length <= 100 ? which : randomUUID();
    const license = await licenses.findOwn(ctx.db, clientId, { keyHash: hashOf(text), text });
    if (license === undefined) throw unknownThing('License');
    return license;
  }

  async function lock(tx: Tx, id: number): Promise<License> {
    const license = await licenses.findForUpdate(tx.db, id);
    if (license === undefined) throw unknownThing('License');
    return license;
  }

  /** One that may be changed: it is active, or will be. */
  async function lockOwn(tx: Tx, clientId: number, which: string): Promise<License> {
    const license = await lock(tx, (await getOwn(tx, clientId, which)).id);
    if (license.status !== 'active' && license.status !== 'pending_setup') throw inactive();
    return license;
  }

  function changeOwn(
    ctx: Context,
    clientId: number,
    which: string,
    change: (tx: Tx, license: License) => Promise<void>,
  ): Promise<Shown> {
    return atomic(ctx, async (tx) => {
      const license = await lockOwn(tx, clientId, which);
      await change(tx, license);
      return show(tx, await lock(tx, license.id));
    });
  }

  function newKey(tx: Tx, id: number): Promise<string> {
    return untilFree(ATTEMPTS, exhausted(), async () => {
      const key = generateKey();
      await licenses.setKey(tx.db, id, { sealed: secrets.seal(KEY_PURPOSE, key), hash: hashOf(key) }, tx.now);
      return key;
    });
  }

  async function show(ctx: Context, license: License): Promise<Shown> {
    return shown(license, await locations.enabled(ctx));
  }

  function shown(license: License, known: readonly Location[]): Shown {
    const { locationIds } = license;
    return {
      license,
      key: opened(license),
      locations: locationIds === undefined ? known : known.filter(({ id }) => locationIds.includes(id)),
    };
  }

  function opened({ sealedKey }: License): string {
    return sealedKey === undefined ? '' : secrets.open(KEY_PURPOSE, sealedKey);
  }
}

function findingsOf(license: License, order: OrderRef | undefined): string[] {
  const { id, orderId, clientId, sealedKey, status, expiresAt } = license;
  if (order === undefined) return [`Licence ${id} belongs to order ${orderId}, which does not exist.`];
  if (order.clientId !== clientId) return [`Licence ${id} and order ${orderId} belong to different clients.`];
  if (order.status !== status || order.expiresAt?.getTime() !== expiresAt?.getTime())
    return [`Licence ${id} does not follow the status or expiry of order ${orderId}.`];
  return status === 'active' && sealedKey === undefined ? [`Order ${orderId} is active without a licence key.`] : [];
}

const mayUse = ({ locationIds }: License, id: number): boolean => locationIds?.includes(id) ?? true;

const badEntry = (hasLocation: boolean, isOver: boolean): AppError =>
  invalidFields({
    ...(!hasLocation && { location_id: ['This must be a location of the licence.'] }),
    ...(isOver && { expires_at: ['This must be in the future.'] }),
  });

const inactive = (): AppError => refusal('conflict', 'license_inactive', 'The license is not active.');
const alreadyListed = (): AppError =>
  wrongField('ip_address', 'This address is on the list for this location already.');
const exhausted = (): AppError => conflict('orbit.exhausted', 'No free key was found.');
