import { later, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { conflict, invalidInput, notFound } from '#core/error';
import { randomToken, type Secrets } from '#core/secret';
import type { NewcomerService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import type { ProductService } from '#modules/product/contract';
import { checkedUrl } from '../callback/url.ts';
import * as apps from './repository.ts';
import { readSettings, type AppSettings } from './settings.ts';

export interface App extends Omit<apps.StoredApp, 'sealedSignKey' | 'sealedRetiredKeys' | 'config'> {
  readonly signKey: string;
  readonly retiredKeys: readonly RetiredKey[];
  readonly settings: AppSettings;
  /** `*`, or those that may read answers. */
  readonly origins: ReadonlySet<string>;
}

/** A key that was replaced; what it signed before is good until then. */
export interface RetiredKey {
  readonly key: string;
  readonly until: number;
}

export interface NewApp {
  readonly appId: number;
  readonly name: string;
  readonly productId: number | undefined;
  readonly currency: string | undefined;
  readonly isEnabled: boolean;
  readonly settings: Readonly<Record<string, unknown>>;
}

export interface AppChange {
  readonly name?: string | undefined;
  readonly productId?: number | null | undefined;
  readonly isEnabled?: boolean | undefined;
  readonly settings: Readonly<Record<string, unknown>>;
}

export type Apps = ReturnType<typeof createApps>;

interface Needs {
  readonly secrets: Secrets;
  readonly products: ProductService;
  readonly currencies: CurrencyService;
  readonly newcomers: NewcomerService;
}

const PURPOSE = 'extstars_app.sign_key';
const KEY_LENGTH = 32;
const FRESH_MS = SECOND;
const MOST_NUMBER = 2_147_483_647;
export const TYPE = 'extstars';

export function createApps({ secrets, products, currencies, newcomers }: Needs) {
  /** What staff change is seen within a second, in every process. */
  const known = new Map<number, { readonly app: App; readonly at: number }>();

  const opened = ({ sealedSignKey, sealedRetiredKeys, config, ...stored }: apps.StoredApp): App => {
    const settings = readSettings(config);
    return {
      ...stored,
      settings,
      signKey: secrets.open(PURPOSE, sealedSignKey),
      retiredKeys:
        sealedRetiredKeys === undefined
          ? []
          : (JSON.parse(secrets.open(PURPOSE, sealedRetiredKeys)) as readonly RetiredKey[]),
      origins: new Set(settings.cors_origins.split(/[\s,]+/).filter((origin) => origin !== '')),
    };
  };

  async function get(ctx: Context, appId: number): Promise<App> {
    const stored = await apps.find(ctx.db, appId);
    if (stored === undefined) throw unknownApp();
    return opened(stored);
  }

  return {
    get,

    /** By its number as a header says it. Undefined for what no app in use has. */
    async recent(ctx: Context, header: string | undefined): Promise<App | undefined> {
      const appId = /^\d{1,10}$/.test(header ?? '') ? Number(header) : 0;
      if (appId < 1 || appId > MOST_NUMBER) return undefined;
      const now = ctx.now.getTime();
      const found = known.get(appId);
      if (found !== undefined && Math.abs(now - found.at) < FRESH_MS)
        return found.app.isEnabled ? found.app : undefined;
      const stored = await apps.lookUp(ctx.db, appId);
      if (stored === undefined) {
        known.delete(appId);
        return undefined;
      }
      const app = opened(stored);
      known.set(appId, { app, at: now });
      return app.isEnabled ? app : undefined;
    },

    async ofProduct(ctx: Context, productId: number): Promise<App | undefined> {
      const stored = await apps.findByProduct(ctx.db, productId);
      return stored && opened(stored);
    },

    async list(ctx: Context, request: PageRequest): Promise<Page<App>> {
      const page = await apps.list(ctx.db, request);
      return { ...page, items: page.items.map(opened) };
    },
    listAll: async (ctx: Context): Promise<App[]> => (await apps.listAll(ctx.db)).map(opened),

    async create(ctx: Context, asked: NewApp): Promise<number> {
      const { appId, name, productId, isEnabled } = asked;
      if (!Number.isSafeInteger(appId) || appId < 1 || appId > MOST_NUMBER)
        throw invalidInput('extstars.app_id', `The app id must be a whole number from 1 to ${MOST_NUMBER}.`);
      await checkProduct(ctx, productId);
      const currency = await currencyOf(ctx, asked.currency);
      const config = checkedSettings(asked.settings);
      await unlessTaken(() =>
        atomic(ctx, async (tx) => {
          const sealedSignKey = secrets.seal(PURPOSE, randomToken(KEY_LENGTH));
          await apps.insert(tx.db, { appId, name, productId, isEnabled, currency, sealedSignKey, config }, tx.now);
          await tx.record(`Created app ${appId}`);
        }),
      );
      return appId;
    },

    async update(ctx: Context, appId: number, change: AppChange): Promise<void> {
      const { settings, productId, name, isEnabled } = change;
      if (typeof productId === 'number') await checkProduct(ctx, productId);
      await unlessTaken(() =>
        atomic(ctx, async (tx) => {
          const stored = await getForUpdate(tx, appId);
          const config = checkedSettings({ ...stored.config, ...settings });
          await apps.update(tx.db, stored.id, { productId, name, isEnabled, config }, tx.now);
          await tx.record(`Updated app ${appId}`);
        }),
      );
      known.delete(appId);
    },

    /** Callbacks use the new key at once; what the old one signed verifies until it is over. */
    async rotateKey(ctx: Context, appId: number): Promise<string> {
      const signKey = randomToken(KEY_LENGTH);
      await atomic(ctx, async (tx) => {
        const stored = await getForUpdate(tx, appId);
        const app = opened(stored);
        const until = later(tx.now, app.settings.key_ttl * SECOND).getTime();
        const retired = [...app.retiredKeys.filter((one) => one.until > tx.now.getTime()), { key: app.signKey, until }];
        await apps.update(
          tx.db,
          stored.id,
          {
            sealedSignKey: secrets.seal(PURPOSE, signKey),
            sealedRetiredKeys: secrets.seal(PURPOSE, JSON.stringify(retired)),
          },
          tx.now,
        );
        await tx.record(`Replaced the sign key of app ${appId}`);
      });
      known.delete(appId);
      return signKey;
    },

    /** Only one that nobody holds anything of; any other can be disabled. */
    async remove(ctx: Context, appId: number): Promise<void> {
      await atomic(ctx, async (tx) => {
        const stored = await getForUpdate(tx, appId);
        if (await apps.isInUse(tx.db, appId))
          throw conflict('extstars.app_in_use', 'The app has codes or orders. Disable it instead.');
        await apps.removeReleases(tx.db, appId);
        await apps.remove(tx.db, stored.id);
        await tx.record(`Deleted app ${appId}`);
      });
      known.delete(appId);
    },

    /** The client on whom donations without an account are booked; made when it is first needed. */
    async houseClient(ctx: Context, appId: number): Promise<number> {
      const { houseClientId } = await get(ctx, appId);
      if (houseClientId !== undefined) return houseClientId;
      return atomic(ctx, async (tx) => {
        const stored = await getForUpdate(tx, appId);
        if (stored.houseClientId !== undefined) return stored.houseClientId;
        const id = await newcomers.addNewcomer(tx, {
          firstName: 'Anonymous donors',
          lastName: stored.name.slice(0, 100),
          currency: stored.currency,
          fields: {},
        });
        await apps.update(tx.db, stored.id, { houseClientId: id }, tx.now);
        return id;
      });
    },
    forgetHouseClient: (tx: Tx, clientId: number): Promise<void> => apps.forgetHouseClient(tx.db, clientId),
  };

  async function getForUpdate(tx: Tx, appId: number): Promise<apps.StoredApp> {
    const stored = await apps.findForUpdate(tx.db, appId);
    if (stored === undefined) throw unknownApp();
    return stored;
  }

  async function checkProduct(ctx: Context, productId: number | undefined): Promise<void> {
    if (productId === undefined) return;
    if ((await products.get(ctx, productId)).type !== TYPE)
      throw invalidInput('extstars.product_type', `The product must be of the type ${TYPE}.`);
  }

  /** Yuan unless told otherwise, where the shop knows them. */
  async function currencyOf(ctx: Context, asked: string | undefined): Promise<string> {
    const wanted = asked === undefined || asked === '' ? undefined : asked.toUpperCase();
    const found = await currencies.find(ctx, wanted ?? 'CNY');
    if (found !== undefined) return found.code;
    if (wanted !== undefined) throw invalidInput('extstars.currency', `The currency ${wanted} is not configured.`);
    return (await currencies.default(ctx)).code;
  }
}

function checkedSettings(said: Readonly<Record<string, unknown>>): AppSettings {
  const read = readSettings(said);
  for (const name of ['notify_url', 'redirect_url'] as const)
    if (read[name] !== '') checkedUrl(read[name], `The ${name} must be an http or https address.`);
  if (read.step_key_grace > read.check_interval)
    throw invalidInput('extstars.grace', 'step_key_grace cannot be above check_interval.');
  return read;
}

async function unlessTaken(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (isUniqueViolation(error))
      throw conflict('extstars.app_taken', 'Another app has this app id or sells this product.');
    throw error;
  }
}

const unknownApp = () => notFound('extstars.unknown_app', 'App not found');
