import type { TObject } from '@sinclair/typebox';
import type { Migration } from './db/migrate.ts';

/** What a module is. Readable without starting it, so it can be listed, installed and removed. */
export interface Manifest {
  /** Lower-case letters, digits and hyphens; also the name on the wire. */
  readonly name: string;
  readonly title: string;
  readonly version: string;
  readonly description?: string;
  /** Part of every installation: it cannot be deactivated or uninstalled. */
  readonly isEssential?: boolean;
  /** What staff can set, kept under `mod_<name>`. */
  readonly settings?: TObject;
  /** Keys a staff group can be granted, each with a sentence; `access` to the module itself comes by itself. */
  readonly permissions?: Readonly<Record<string, string>>;
  /** The tables its migrations make, for backups before they are dropped. */
  readonly tables?: readonly string[];
  readonly migrations: readonly Migration[];
  /** Where its views are: `new URL('.', import.meta.url)`. */
  readonly folder?: URL;
}
