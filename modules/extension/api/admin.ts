import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Flag, required, Text, Truthy } from '#core/schema';
import type { Configuration } from '../configuration.ts';
import { describeLanguage, type Languages } from '../languages.ts';
import {
  ActivatedView,
  ConfigView,
  ExtensionView,
  LanguagesView,
  NavigationView,
  present,
  presentActivated,
  presentNavigation,
} from '../schema.ts';
import type { ExtensionService } from '../service.ts';

const Extension = Type.Object({
  id: required('Extension ID was not passed', Text()),
  type: required('Extension type was not passed', Text()),
});
const Locale = Type.Object({ locale_id: required('Locale ID was not passed', Text()) });
const ext = required('Parameter "ext" was not passed', Text());

export const adminApi = (
  extensions: ExtensionService,
  configuration: Configuration,
  languages: Languages,
  baseUrl: string,
) => ({
  get_list: adminEndpoint({
    summary: 'Modules: installed and available ones, or those of a state.',
    permission: 'view',
    input: Type.Object({
      type: Type.Optional(Text()),
      search: Type.Optional(Text()),
      installed: Truthy(),
      active: Truthy(),
      has_settings: Truthy(),
    }),
    output: Type.Array(ExtensionView),
    handle: async (_ctx, { type, search, installed, active, has_settings }) =>
      extensions
        .list({ type, search, isInstalled: installed, isActive: active, hasSettings: has_settings })
        .map((listed) => present(listed, baseUrl)),
  }),

  get_latest: adminEndpoint({
    summary: 'New extensions of a public directory: this engine asks none.',
    permission: 'view',
    input: Type.Object({ type: Type.Optional(Text()) }),
    output: Type.Array(Type.Unknown()),
    handle: async () => [],
  }),

  get_extension_readme: adminEndpoint({
    summary: 'What a public directory says of an extension: this engine asks none.',
    permission: 'view',
    input: Type.Object({ extension_id: required('Extension ID was not passed', Text()) }),
    output: Type.String(),
    handle: async () => extensions.readme(),
  }),

  get_navigation: adminEndpoint({
    summary: 'The menu of the panel, as far as the caller may open it.',
    permission: 'access',
    input: Type.Object({ url: Type.Optional(Text()) }),
    output: NavigationView,
    handle: async ({ actor }) => presentNavigation(extensions.menuFor(actor), actor, extensions.menuWords),
  }),

  languages: adminEndpoint({
    summary: 'Enabled or disabled languages.',
    permission: 'view',
    input: Type.Object({ details: Flag(true), disabled: Flag() }),
    output: LanguagesView,
    handle: async (ctx, { details, disabled }) => {
      const locales = await (disabled ? languages.disabled(ctx) : languages.enabled(ctx));
      return details ? locales.map(describeLanguage) : locales;
    },
  }),

  toggle_language: adminEndpoint({
    summary: 'Enable a language, or disable it.',
    permission: 'manage_extensions',
    input: Locale,
    output: Done,
    handle: (ctx, { locale_id }) => done(languages.toggle(ctx, locale_id)),
  }),

  locale_completion: adminEndpoint({
    summary: 'How much of the texts a language has, in percent.',
    permission: 'view',
    input: Locale,
    output: Type.Integer(),
    handle: async (_ctx, { locale_id }) => languages.completionOf(locale_id),
  }),

  update: adminEndpoint({
    summary: 'Update one extension: modules are updated with the engine.',
    permission: 'manage_extensions',
    input: Type.Object({ id: Text({ default: '' }), type: Text({ default: 'mod' }) }),
    output: Type.Null(),
    handle: async (_ctx, { id, type }) => extensions.update(id, type),
  }),

  activate: adminEndpoint({
    summary: 'Activate a module; what its deactivation put aside comes back.',
    permission: 'manage_extensions',
    input: Extension,
    output: ActivatedView,
    handle: async (ctx, { id, type }) => presentActivated(await extensions.activate(ctx, id, type)),
  }),

  deactivate: adminEndpoint({
    summary: 'Deactivate a module. Its tables are dropped after a backup, or stay with `keep_data`.',
    permission: 'manage_extensions',
    input: Type.Object({ id: Text({ default: '' }), type: Text({ default: 'mod' }), keep_data: Flag() }),
    output: Done,
    handle: (ctx, { id, type, keep_data }) => done(extensions.deactivate(ctx, id, type, keep_data)),
  }),

  uninstall: adminEndpoint({
    summary: 'Drop what is left of a deactivated module, after a backup.',
    permission: 'uninstall_extensions',
    input: Extension,
    output: Done,
    handle: (ctx, { id, type }) => done(extensions.uninstall(ctx, id, type)),
  }),

  install: adminEndpoint({
    summary: 'Fetch an extension from a public directory: there is none.',
    permission: 'manage_extensions',
    input: Extension,
    output: Type.Object({ success: Type.Boolean(), id: Type.String(), type: Type.String() }),
    handle: async (_ctx, { id }) => extensions.fetch(id),
  }),

  config_get: adminEndpoint({
    summary: 'The configuration of a module.',
    permission: 'access',
    input: Type.Object({ ext }),
    output: ConfigView,
    handle: (ctx, input) => configuration.get(ctx, input.ext),
  }),

  config_save: adminEndpoint({
    summary: 'Replace the configuration of a module by all that is sent.',
    permission: 'access',
    input: Type.Object({ ext }, { additionalProperties: true }),
    output: Done,
    handle: (ctx, input) => done(configuration.save(ctx, input.ext, input)),
  }),
});
