import type { TObject } from '@sinclair/typebox';
import { holds, mayEnter, type AdminActor } from '#core/actor';
import type { ModuleCatalog } from '#core/catalog';
import { atomic, type Context, type Tx } from '#core/context';
import { forbidden, invalidInput, type AppError } from '#core/error';
import type { Sent } from '#core/schema';
import type { SettingStore } from '#core/settings';
import { configurationBeingSaved, configurationSaved } from './contract.ts';
import { readForm } from './settings-form.ts';

/** ASCII only: MySQL takes `mod_Client` and `mod_clïent` for `mod_client`, whose permission would be passed by. */
const NAME = /^[A-Za-z0-9_-]{1,100}$/;
/** Owners of rows that are no configuration. */
const RESERVED = ['system', 'core'];

export type Configuration = ReturnType<typeof createConfiguration>;

/** Configurations of modules, kept whole under a name the caller chooses (spec B4). */
export function createConfiguration(settings: SettingStore, catalog: ModuleCatalog) {
  return {
    async get(ctx: Context<AdminActor>, ext: string) {
      const owner = ownerOf(ext);
      if (owner === undefined) throw invalidName();
      requireSettingsOf(ctx.actor, owner);
      return { ...(await settings.config(ctx, owner)), ext };
    },

    async save(ctx: Context<AdminActor>, ext: string, config: Readonly<Record<string, unknown>>): Promise<void> {
      const owner = ownerOf(ext);
      if (owner === undefined) throw invalidName();
      requireSettingsOf(ctx.actor, owner);
      await atomic(ctx, (tx) => replace(tx, { ext, owner }, config));
    },

    /** What the form of the panel sent: unlike a program, it does not know all that is kept. */
    async saveForm(ctx: Context<AdminActor>, ext: string, schema: TObject, sent: Sent): Promise<void> {
      const owner = ownerOf(ext);
      if (owner === undefined) throw invalidName();
      requireSettingsOf(ctx.actor, owner);
      await atomic(ctx, async (tx) => {
        const stored = await settings.configForUpdate(tx, owner);
        await replace(tx, { ext, owner }, readForm(schema, sent, stored));
      });
    },

    /** What guests may see of it. */
    async publicPart(ctx: Context, ext: string): Promise<Record<string, unknown>> {
      const owner = ownerOf(ext);
      const shown = owner === undefined ? undefined : (await settings.config(ctx, owner))['public'];
      return typeof shown === 'object' && shown !== null ? { ...shown } : {};
    },
  };

  async function replace(
    tx: Tx,
    { ext, owner }: { readonly ext: string; readonly owner: string },
    config: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    await tx.ask(configurationBeingSaved, { ext, config });
    await settings.saveConfig(tx, owner, { ...config, ext });
    await tx.emit(configurationSaved, { ext });
    await tx.record(`Updated extension "${ext}" configuration`);
  }

  /** Settings of an active module need its `manage_settings`, which it must declare (spec A12). */
  function requireSettingsOf({ rights }: AdminActor, owner: string): void {
    const name = owner.replace(/^mod_/, '');
    if (!catalog.isActive(name)) return;
    if (!mayEnter(rights, name))
      throw forbidden('extension.no_access', `You do not have permission to access the ${name} module`);
    const declared = catalog.find(name)?.module.permissions ?? {};
    if (!Object.hasOwn(declared, 'manage_settings') || !holds(rights, name, 'manage_settings'))
      throw forbidden('extension.no_permission', 'You do not have permission to perform this action');
  }
}

/** Undefined for what cannot be a name. */
function ownerOf(ext: string): string | undefined {
  if (!NAME.test(ext)) return undefined;
  const owner = ext.toLowerCase();
  return RESERVED.includes(owner) ? `mod_${owner}` : owner;
}

const invalidName = (): AppError => invalidInput('extension.name', 'Extension ID contains invalid characters.');
