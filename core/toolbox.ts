import type { Config } from '#config/schema';
import type { Log } from './log.ts';
import type { ModuleCatalog } from './catalog.ts';
import type { Plugins } from './plugin.ts';
import type { ProductTypes } from './product.ts';
import type { Gateways } from './gateway.ts';
import type { Jobs } from './scheduler.ts';
import type { Secrets } from './secret.ts';
import type { SessionStore } from './http/session-data.ts';
import type { SettingStore } from './settings.ts';
import type { Limits } from './http/limit.ts';

/** What the core lends to a module. */
export interface Toolbox {
  readonly config: Config;
  readonly log: Log;
  readonly settings: SettingStore;
  readonly secrets: Secrets;
  /** Product types of active modules. */
  readonly productTypes: ProductTypes;
  /** Gateways of active modules. */
  readonly gateways: Gateways;
  /** What active modules have plugged into the sockets of others. */
  readonly plugins: Plugins;
  /** The modules themselves: which there are, which are active, and their life cycle. */
  readonly catalog: ModuleCatalog;
  /** Ends the sessions of an account whose password or status changed. */
  readonly sessions: SessionStore;
  readonly limits: Limits;
  /** Scheduled jobs of the active modules. */
  readonly jobs: Jobs;
}
