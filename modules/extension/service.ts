import { mayEnter, type AdminActor } from '#core/actor';
import type { ListedModule, ModuleCatalog } from '#core/catalog';
import { atomic, type Context } from '#core/context';
import { AppError, conflict, invalidInput, notFound } from '#core/error';
import {
  extensionActivated,
  extensionBeingActivated,
  extensionBeingDeactivated,
  extensionBeingUninstalled,
  extensionDeactivated,
  extensionUninstalled,
} from './contract.ts';
import { createMenuWords } from './menu-words.ts';

export type ExtensionService = ReturnType<typeof createExtensionService>;

export interface Filter {
  readonly type: string | undefined;
  readonly search: string | undefined;
  readonly isInstalled: boolean;
  readonly isActive: boolean;
  readonly hasSettings: boolean;
}

const MODULE = 'mod';
/** Kinds of extension that the contract knows how to find and remove. */
const REMOVABLE = [MODULE, 'theme', 'translation', 'payment-gateway'];

export function createExtensionService(catalog: ModuleCatalog) {
  const isInstalled = (type: string, id: string): boolean => type === MODULE && catalog.find(id)?.state === 'installed';

  return {
    list(filter: Filter): ListedModule[] {
      const all = catalog.list().toSorted((a, b) => (a.module.name < b.module.name ? -1 : 1));
      const ofState = (...states: readonly string[]) => all.filter(({ state }) => states.includes(state));
      const isWanted = filter.type === undefined || filter.type === '' || filter.type === MODULE;
      const found = isWanted ? ofState('installed') : [];
      if (filter.isActive && isWanted) found.push(...ofState('essential'));
      if (!filter.isActive && !filter.isInstalled) found.push(...ofState('disabled', 'parked', 'absent'));
      return found
        .filter(({ module }) => !filter.hasSettings || module.settings !== undefined)
        .filter((listed) => matches(listed, filter.search?.toLowerCase() ?? ''));
    },

    /** The menu of the panel as far as the caller may enter, in its order. */
    menuFor: ({ rights }: AdminActor): ListedModule[] =>
      catalog
        .list()
        .filter(
          ({ module, menu }) =>
            catalog.isActive(module.name) && mayEnter(rights, module.name) && menu.some(({ role }) => role === 'admin'),
        ),

    menuWords: createMenuWords(catalog),

    isOn: (mod: string | undefined, id: string | undefined, type: string | undefined): boolean => {
      if (mod !== undefined && mod !== '') return catalog.isActive(mod);
      if (id === undefined || type === undefined) return true;
      return type === MODULE && catalog.isActive(id);
    },

    async activate(ctx: Context, id: string, type: string): Promise<ListedModule> {
      if (type !== MODULE) throw unknownExtension();
      const state = catalog.find(id)?.state;
      if (state === undefined)
        throw notFound('extension.unknown_module', `Missing manifest file for the ${id} module.`);
      if (state === 'essential')
        throw conflict('extension.core', 'FOSSBilling core modules cannot be installed or removed');
      await atomic(ctx, (tx) => tx.ask(extensionBeingActivated, { name: id, type }));
      await catalog.install(ctx, id);
      await atomic(ctx, async (tx) => {
        await tx.emit(extensionActivated, { name: id, type });
        await tx.record(`Activated extension "${id}"`);
      });
      return listed(id);
    },

    async deactivate(ctx: Context, id: string, type: string, keepsData: boolean): Promise<void> {
      if (!isInstalled(type, id)) throw unknownExtension();
      await atomic(ctx, (tx) => tx.ask(extensionBeingDeactivated, { name: id, type }));
      try {
        await catalog.deactivate(ctx, id, { keepData: keepsData });
      } catch (error) {
        // Somebody else was quicker.
        throw error instanceof AppError && error.code === 'module.not_installed' ? unknownExtension() : error;
      }
      await atomic(ctx, async (tx) => {
        await tx.emit(extensionDeactivated, { name: id, type });
        await tx.record(`Deactivated extension "${id}"${keepsData ? ', keeping its data' : ''}`);
      });
    },

    async uninstall(ctx: Context, id: string, type: string): Promise<void> {
      const found = catalog.find(id);
      if (found?.state === 'essential')
        throw conflict(
          'extension.core',
          'Core modules are an integral part of the FOSSBilling system and cannot be uninstalled.',
        );
      if (isInstalled(type, id))
        throw conflict('extension.active', 'Cannot uninstall an active module. Please deactivate it first.');
      if (!/^[A-Za-z0-9_-]+$/.test(id))
        throw invalidInput('extension.name', 'Extension ID contains invalid characters.');
      if (!REMOVABLE.includes(type))
        throw invalidInput(
          'extension.type',
          `Extension type (${type}) is not supported for automatic path determination.`,
        );
      if (found === undefined || type !== MODULE)
        throw notFound(
          'extension.no_files',
          'Could not find the extension files in the supposed path. Please remove them from the disk manually.',
        );
      await atomic(ctx, (tx) => tx.ask(extensionBeingUninstalled, { name: id, type }));
      await catalog.uninstall(ctx, id);
      await atomic(ctx, async (tx) => {
        await tx.emit(extensionUninstalled, { name: id, type });
        await tx.record(`Uninstalled extension "${id}"`);
      });
    },

    /** There is no directory to fetch from: modules come with the engine or lie in MODULES_DIR. */
    fetch(id: string): never {
      if (catalog.find(id) !== undefined)
        throw conflict('extension.already_there', `Extension ${id} seems to be already installed.`);
      throw notFound('extension.no_download', "Couldn't find a valid download URL for the extension.");
    },

    update(id: string, type: string): never {
      if (!isInstalled(type, id)) throw unknownExtension();
      throw conflict(
        'extension.update',
        'Visit the extension directory for more information on updating this extension.',
      );
    },

    readme(): never {
      throw notFound(
        'extension.directory',
        'Unable to fetch the extension details from the FOSSBilling extension directory.',
      );
    },
  };

  function listed(id: string): ListedModule {
    const found = catalog.find(id);
    if (found === undefined) throw unknownExtension();
    return found;
  }
}

/** In the title and, for what is installed, in the name as well. */
const matches = ({ module, state }: ListedModule, text: string): boolean =>
  module.title.toLowerCase().includes(text) && (state !== 'installed' || module.name.includes(text));

const unknownExtension = (): AppError => notFound('extension.unknown', 'Extension not found');
