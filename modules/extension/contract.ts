import { Type } from '@sinclair/typebox';
import { defineEvent, defineHook } from '#core/event';
import { MapOf } from '#core/schema';

const Extension = Type.Object({ name: Type.String(), type: Type.String() });
const Owner = Type.Object({ ext: Type.String() });

export const extensionBeingActivated = defineHook('extension.being_activated', Extension);
export const extensionActivated = defineEvent('extension.activated', Extension);
export const extensionBeingDeactivated = defineHook('extension.being_deactivated', Extension);
export const extensionDeactivated = defineEvent('extension.deactivated', Extension);
export const extensionBeingUninstalled = defineHook('extension.being_uninstalled', Extension);
export const extensionUninstalled = defineEvent('extension.uninstalled', Extension);
/** Asked before a configuration is replaced by what was sent. */
export const configurationBeingSaved = defineHook(
  'extension.configuration_being_saved',
  Type.Object({ ...Owner.properties, config: MapOf(Type.Unknown()) }),
);
/** Without the configuration itself, which is sealed where it is kept and may hold passwords. */
export const configurationSaved = defineEvent('extension.configuration_saved', Owner);
