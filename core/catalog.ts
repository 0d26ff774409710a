import type { Context } from './context.ts';
import type { EventToken, HookToken } from './event.ts';
import type { Manifest } from './manifest.ts';
import type { MenuEntry } from './web/page.ts';

/** `parked`: deactivated, its tables dropped, their rows kept in a backup that the next activation brings back. */
export type ModuleState = 'essential' | 'installed' | 'disabled' | 'parked' | 'absent';

export interface ListedModule {
  readonly module: Manifest;
  readonly state: ModuleState;
  /** As stored at activation; undefined for what is not installed. */
  readonly installedVersion: string | undefined;
  /** Whether it has a page for staff that a freshly activated module is shown on. */
  readonly hasAdminPage: boolean;
  readonly menu: readonly MenuEntry[];
  /** Names of its product types. */
  readonly sells: readonly string[];
  /** What it is told of and what it is asked, while it is active. */
  readonly hears: readonly (EventToken | HookToken)[];
}

/** The modules of this process and their life cycle (spec B3, decision 4). */
export interface ModuleCatalog {
  list(): readonly ListedModule[];
  find(name: string): ListedModule | undefined;
  isActive(name: string): boolean;
  /** Makes its tables where they are absent and brings back what a deactivation parked. */
  install(ctx: Context, name: string, options?: { restore?: boolean }): Promise<void>;
  /** Stops it. Its tables are dropped after a backup, or left alone with `keepData`. */
  deactivate(ctx: Context, name: string, options?: { keepData?: boolean }): Promise<void>;
  /** Drops what is left of it after a backup; the next installation begins empty. */
  uninstall(ctx: Context, name: string): Promise<void>;
}
