import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Flag, Id, listed, OrNull, PageOf, pageRequest, Paging, required, Text } from '#core/schema';
import type { Apps } from '../app/service.ts';
import { SettingChanges } from '../app/settings.ts';
import { AppId, OneApp } from './input.ts';
import * as views from './views.ts';

const AppFields = {
  name: Type.Optional(Text({ maxLength: 255 })),
  product_id: Type.Optional(OrNull(Id)),
  enabled: Type.Optional(Flag(true)),
  ...SettingChanges,
};

export const appApi = ({ apps }: { readonly apps: Apps }) => ({
  app_create: adminEndpoint({
    summary: 'Set up an app under the number its software was shipped with; answers that number.',
    permission: 'manage_apps',
    input: Type.Object({
      app_id: AppId,
      ...AppFields,
      name: required('Name is missing', Text({ maxLength: 255 })),
      currency: Type.Optional(Text({ maxLength: 3 })),
    }),
    output: Type.Integer(),
    handle: (ctx, { app_id, name, product_id, enabled = true, currency, ...settings }) =>
      apps.create(ctx, {
        appId: app_id,
        name: name.trim(),
        productId: product_id ?? undefined,
        isEnabled: enabled,
        currency,
        settings,
      }),
  }),
  app_update: adminEndpoint({
    summary: 'Change an app; what is absent stays. Its number and currency never change.',
    permission: 'manage_apps',
    input: Type.Object({ app_id: AppId, ...AppFields }),
    output: Done,
    handle: (ctx, { app_id, name, product_id, enabled, ...settings }) =>
      done(apps.update(ctx, app_id, { name: name?.trim(), productId: product_id, isEnabled: enabled, settings })),
  }),
  app_get: adminEndpoint({
    summary: 'An app with its sign key and settings.',
    permission: 'manage_apps',
    input: OneApp,
    output: views.AppView,
    handle: async (ctx, { app_id }) => views.presentApp(await apps.get(ctx, app_id)),
  }),
  app_get_list: adminEndpoint({
    summary: 'All apps by number.',
    permission: 'manage_apps',
    input: Type.Object(Paging),
    output: PageOf(views.AppView),
    handle: async (ctx, input) => listed(await apps.list(ctx, pageRequest(input)), views.presentApp),
  }),
  app_delete: adminEndpoint({
    summary: 'Remove an app that nobody holds codes or orders of.',
    permission: 'manage_apps',
    input: OneApp,
    output: Done,
    handle: (ctx, { app_id }) => done(apps.remove(ctx, app_id)),
  }),
  app_rotate_key: adminEndpoint({
    summary: 'Replace the sign key of an app; answers the new one.',
    permission: 'manage_apps',
    input: OneApp,
    output: Type.String(),
    handle: (ctx, { app_id }) => apps.rotateKey(ctx, app_id),
  }),
});
