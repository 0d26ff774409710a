import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Flag, MapOf, Or, required, Text } from '#core/schema';
import { listAddresses, MINIMUM_NODE, nodeVersion } from '../environment.ts';
import { EnvView, LocalizationView, NoticeView, presentEnv, presentNotice } from '../schema.ts';
import type { SystemService } from '../service.ts';

const nothing = Type.Object({});

export const adminApi = (system: SystemService, folders: () => Record<string, boolean>) => ({
  get_params: adminEndpoint({
    summary: 'All settings of the system.',
    permission: 'manage_settings',
    input: nothing,
    output: MapOf(Or(Type.String())),
    handle: (ctx) => system.params(ctx),
  }),

  update_params: adminEndpoint({
    summary: 'Change settings of the system; unknown ones are created.',
    permission: 'update_params',
    input: Type.Object({}, { additionalProperties: true }),
    output: Done,
    handle: (ctx, input) => done(system.update(ctx, input)),
  }),

  localization_settings: adminEndpoint({
    summary: 'Language of the installation and whether visitors get their own.',
    permission: 'manage_settings',
    input: nothing,
    output: LocalizationView,
    handle: (ctx) => system.localization(ctx),
  }),

  update_localization_settings: adminEndpoint({
    summary: 'Change the language of the installation.',
    permission: 'update_params',
    input: Type.Object({ locale: Type.Optional(Text({ maxLength: 32 })), auto_detect_locale: Flag(true) }),
    output: Done,
    handle: (ctx, input) => done(system.updateLocalization(ctx, input.locale, input.auto_detect_locale)),
  }),

  messages: adminEndpoint({
    summary: 'What staff should know of the health of the engine.',
    permission: 'access',
    input: Type.Object({ type: Type.Optional(Text()) }),
    output: Type.Array(NoticeView),
    handle: async (ctx, { type }) => (await system.notices(ctx, type)).map(presentNotice),
  }),

  cas_messages: adminEndpoint({
    summary: 'Alerts of the vendor: this engine asks nobody, so there are none.',
    permission: 'access',
    input: nothing,
    output: Type.Array(NoticeView),
    handle: async () => [],
  }),

  template_exists: adminEndpoint({
    summary: 'Whether there is such a template; nothing outside the templates is looked at.',
    permission: 'manage_settings',
    input: Type.Object({ file: Type.Optional(Text()) }),
    output: Type.Boolean(),
    handle: async (_ctx, { file }) => system.hasTemplate(file, true),
  }),

  env: adminEndpoint({
    summary: 'What the engine runs on.',
    permission: 'manage_settings',
    input: Type.Object({ ip: Flag() }),
    output: EnvView,
    // Its address outside would have to be asked of somebody outside.
    handle: async (ctx, { ip }) =>
      ip ? '' : presentEnv(folders(), { version: nodeVersion, minimum: MINIMUM_NODE }, await system.lastPatch(ctx)),
  }),

  is_allowed: adminEndpoint({
    summary: 'Whether the caller may enter a module, or do one thing in it.',
    permission: 'access',
    input: Type.Object({ mod: required('"mod" key is missing', Text()), f: Type.Optional(Text()) }),
    output: Type.Boolean(),
    handle: async (ctx, { mod, f }) => system.isAllowed(ctx, mod, f),
  }),

  clear_cache: adminEndpoint({
    summary: 'Forget what is only remembered, the counts of the rate limits included.',
    permission: 'invalidate_cache',
    input: nothing,
    output: Done,
    handle: (ctx) => done(system.clearCache(ctx)),
  }),

  instance_id: adminEndpoint({
    summary: 'The id this installation gave itself.',
    permission: 'view',
    input: nothing,
    output: Type.String(),
    handle: (ctx) => system.instanceId(ctx),
  }),

  error_reporting_enabled: adminEndpoint({
    summary: 'Whether error reporting is turned on.',
    permission: 'view',
    input: nothing,
    output: Type.Boolean(),
    handle: (ctx) => system.reportsErrors(ctx),
  }),

  toggle_error_reporting: adminEndpoint({
    summary: 'Turn error reporting on or off. The engine itself reports to nobody.',
    permission: 'toggle_error_reporting',
    input: nothing,
    output: Done,
    handle: (ctx) => done(system.toggleErrorReporting(ctx)),
  }),

  last_error_reporting_change: adminEndpoint({
    summary: 'Version in which error reporting was last decided on.',
    permission: 'view',
    input: nothing,
    output: Type.String(),
    handle: (ctx) => system.lastErrorReportingChange(ctx),
  }),

  get_interface_ips: adminEndpoint({
    summary: 'Addresses of this machine.',
    permission: 'manage_network_interface',
    input: nothing,
    output: Type.Array(Type.String()),
    handle: async () => listAddresses(),
  }),

  set_interface_ip: adminEndpoint({
    summary: 'Choose the address by which to reach others.',
    permission: 'manage_network_interface',
    input: Type.Object({ interface: Text({ default: '0' }), custom_interface: Text({ default: '' }) }),
    output: Done,
    handle: (ctx, input) => done(system.setInterface(ctx, input.interface, input.custom_interface)),
  }),
});
