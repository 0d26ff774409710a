import { Type } from '@sinclair/typebox';
import { defineEvent, defineHook } from '#core/event';
import { MapOf } from '#core/schema';

/** Asked before staff change parameters of the system. */
export const systemChangingSettings = defineHook(
  'system.changing_settings',
  Type.Object({ sent: MapOf(Type.Unknown()) }),
);
export const systemSettingsChanged = defineEvent('system.settings_changed', Type.Object({}));
