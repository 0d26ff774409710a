import { atomic, type Context } from '#core/context';
import type { Page } from '#core/db/paginate';
import { invalidInput, notFound, type AppError } from '#core/error';
import type { Gateway, GatewayConfig, Gateways } from '#core/gateway';
import type { ListRequest } from '#core/listing';
import type { Settings } from '#core/product';
import type { Secrets } from '#core/secret';
import type { InstalledGateway } from '../contract.ts';
import { checkConfig, mergedConfig, openConfig, sealConfig } from './config.ts';
import * as gateways from './repository.ts';
import type { GatewayFilter, StoredGateway } from './repository.ts';

export interface GatewayChange {
  readonly title?: string | undefined;
  readonly isEnabled?: boolean | undefined;
  readonly allowsSingle?: boolean | undefined;
  readonly allowsRecurrent?: boolean | undefined;
  readonly isTest?: boolean | undefined;
  readonly config?: Settings | undefined;
  readonly acceptedCurrencies?: readonly string[] | undefined;
}

/** A gateway that can be asked for something. */
export interface OpenGateway {
  readonly stored: StoredGateway;
  readonly adapter: Gateway;
  readonly config: GatewayConfig;
}

export type InstalledGateways = ReturnType<typeof createInstalledGateways>;

/** What staff install, set up and switch on. */
export function createInstalledGateways({ adapters, secrets }: { adapters: Gateways; secrets: Secrets }) {
  const configOf = (stored: StoredGateway): GatewayConfig => ({
    gatewayId: stored.id,
    isTest: stored.isTest,
    values: openConfig(secrets, stored),
  });

  async function get(ctx: Context, id: number): Promise<StoredGateway> {
    const stored = await gateways.findById(ctx.db, id);
    if (stored === undefined) throw unknownGateway();
    return stored;
  }

  function open(stored: StoredGateway): OpenGateway | undefined {
    const adapter = adapters.find(stored.code);
    return adapter && { stored, adapter, config: configOf(stored) };
  }

  return {
    get,
    open,
    adapterOf: (stored: StoredGateway): Gateway | undefined => adapters.find(stored.code),
    configOf,
    find: (ctx: Context, id: number) => gateways.findById(ctx.db, id),
    listByIds: (ctx: Context, ids: readonly number[]) => gateways.listByIds(ctx.db, ids),
    /** Those one can pay through at this moment. */
    listEnabled: async (ctx: Context) =>
      (await gateways.listEnabled(ctx.db)).filter(({ code }) => adapters.find(code) !== undefined),
    listAll: (ctx: Context) => gateways.listAll(ctx.db),
    list: (ctx: Context, filter: GatewayFilter, request: ListRequest): Promise<Page<StoredGateway>> =>
      gateways.listPage(ctx.db, filter, request),

    /** For the form of one gateway: its adapter must be there. */
    async getWithAdapter(ctx: Context, id: number): Promise<StoredGateway> {
      const stored = await get(ctx, id);
      if (adapters.find(stored.code) === undefined)
        throw notFound('gateway.no_adapter', `Payment gateway ${stored.code} was not found`);
      return stored;
    },

    /** Codes of adapters nobody has installed yet. */
    async listAvailable(ctx: Context): Promise<string[]> {
      const installed = new Set((await gateways.listAll(ctx.db)).map(({ code }) => code));
      return adapters
        .list()
        .map(({ code }) => code)
        .filter((code) => !installed.has(code))
        .sort();
    },

    async install(ctx: Context, code: string): Promise<number> {
      return atomic(ctx, async (tx) => {
        const installed = await gateways.listAll(tx.db);
        const adapter = adapters.find(code);
        if (adapter === undefined || installed.some((one) => one.code === code))
          throw notFound('gateway.not_available', 'Payment gateway is not available for installation.');
        const fresh = { ...FRESH, acceptedCurrencies: adapter.currencies, title: code, code };
        const id = await gateways.insert(tx.db, fresh, tx.now);
        await tx.record(`Installed payment gateway ${code}`);
        return id;
      });
    },

    copy: (ctx: Context, id: number): Promise<number> =>
      atomic(ctx, async (tx) => {
        const original = await gateways.findForUpdate(tx.db, id);
        if (original === undefined) throw unknownGateway();
        const title = `${original.title} (Copy)`.slice(0, 255);
        const copy = { ...original, title, isEnabled: false, allowsSingle: true, allowsRecurrent: true };
        const copyId = await gateways.insert(tx.db, copy, tx.now);
        await tx.record(`Copied payment gateway #${id} to #${copyId}`);
        return copyId;
      }),

    /** What ends enabled must be able to work. */
    update: (ctx: Context, id: number, change: GatewayChange): Promise<void> =>
      atomic(ctx, async (tx) => {
        const stored = await gateways.findForUpdate(tx.db, id);
        if (stored === undefined) throw unknownGateway();
        const adapter = adapters.find(stored.code);
        const before = openConfig(secrets, stored);
        const config =
          change.config === undefined || adapter === undefined ? before : mergedConfig(adapter, before, change.config);
        const after = { ...stored, ...named(change), sealedConfig: sealConfig(secrets, config) };
        if (after.isEnabled) {
          if (adapter === undefined)
            throw invalidInput('gateway.misconfigured', `Payment gateway ${stored.code} was not found`);
          checkConfig(adapter, { gatewayId: id, isTest: after.isTest, values: config });
        }
        await gateways.update(tx.db, id, after, tx.now);
        await tx.record(`Updated payment gateway #${id}`);
      }),

    remove: (ctx: Context, id: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        if (!(await gateways.remove(tx.db, id))) throw unknownGateway();
        await tx.record(`Deleted payment gateway #${id}`);
      }),
  };
}

/** As other modules see it. */
export const summaryOf = ({ sealedConfig: _, ...gateway }: StoredGateway): InstalledGateway => gateway;

const FRESH = {
  acceptedCurrencies: undefined,
  isEnabled: false,
  allowsSingle: true,
  allowsRecurrent: true,
  isTest: false,
  sealedConfig: undefined,
} as const;

const named = ({ config: _, ...change }: GatewayChange): Partial<StoredGateway> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));

const unknownGateway = (): AppError => notFound('gateway.unknown', 'Gateway not found');
