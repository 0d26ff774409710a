import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { MapOf, required, Text, Truthy } from '#core/schema';
import type { Configuration } from '../configuration.ts';
import { describeLanguage, type Languages } from '../languages.ts';
import { LanguagesView } from '../schema.ts';
import type { ExtensionService } from '../service.ts';

const name = Type.Optional(Text({ maxLength: 255 }));

export const guestApi = (extensions: ExtensionService, configuration: Configuration, languages: Languages) => ({
  is_on: guestEndpoint({
    summary: 'Whether a module is active.',
    input: Type.Object({ mod: name, id: name, type: name }),
    output: Type.Boolean(),
    handle: async (_ctx, { mod, id, type }) => extensions.isOn(mod, id, type),
  }),

  settings: guestEndpoint({
    summary: 'The public part of a module’s configuration.',
    input: Type.Object({ ext: required('Parameter ext is missing', Text()) }),
    output: MapOf(Type.Unknown()),
    handle: (ctx, { ext }) => configuration.publicPart(ctx, ext),
  }),

  languages: guestEndpoint({
    summary: 'Enabled languages; with their names when `deep` is set.',
    input: Type.Object({ deep: Truthy() }),
    output: LanguagesView,
    handle: async (ctx, { deep }) => {
      const enabled = await languages.enabled(ctx);
      return deep ? enabled.map(describeLanguage) : enabled;
    },
  }),
});
