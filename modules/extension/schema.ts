import { Type, type Static } from '@sinclair/typebox';
import { holds, type AdminActor } from '#core/actor';
import type { ListedModule } from '#core/catalog';
import { MapOf, Or } from '#core/schema';

const Nullable = Or(Type.String());

export const ExtensionView = Type.Object({
  id: Type.String(),
  type: Type.String(),
  name: Type.String(),
  description: Nullable,
  homepage_url: Nullable,
  author: Type.String(),
  author_url: Nullable,
  license: Type.String(),
  version: Type.String(),
  icon_url: Type.String(),
  icon_path: Type.String(),
  download_url: Nullable,
  project_url: Nullable,
  minimum_fossbilling_version: Nullable,
  maximum_fossbilling_version: Nullable,
  status: Nullable,
  has_settings: Type.Boolean(),
  /** Only of what is not active. */
  has_settings_routes: Type.Optional(Type.Boolean()),
  settings_routes: Type.Optional(Type.Array(Type.String())),
});

export function present(listed: ListedModule, baseUrl: string): Static<typeof ExtensionView> {
  const { module, installedVersion } = listed;
  const status = statusOf(listed);
  return {
    id: module.name,
    type: 'mod',
    name: module.title,
    description: module.description ?? null,
    // There is no directory of extensions: what is known of a module is in the documentation of the engine.
    homepage_url: `${baseUrl}docs`,
    author: 'Tollkeeper',
    author_url: baseUrl,
    license: 'Apache-2.0',
    version: (status === null ? undefined : installedVersion) ?? module.version,
    icon_url: `${baseUrl}assets/icons/cog.svg`,
    icon_path: `mod_${module.name.charAt(0).toUpperCase()}${module.name.slice(1)}_icon.svg`,
    download_url: null,
    project_url: `${baseUrl}docs`,
    minimum_fossbilling_version: null,
    maximum_fossbilling_version: null,
    status,
    has_settings: module.settings !== undefined,
    ...(status === null && { has_settings_routes: false, settings_routes: [] }),
  };
}

const statusOf = ({ state }: ListedModule): string | null =>
  state === 'essential' ? 'core' : state === 'installed' ? 'installed' : null;

export const ActivatedView = Type.Object({
  id: Type.String(),
  type: Type.String(),
  redirect: Type.Boolean(),
  has_settings: Type.Boolean(),
});
export const presentActivated = ({ module, hasAdminPage }: ListedModule): Static<typeof ActivatedView> => ({
  id: module.name,
  type: 'mod',
  redirect: hasAdminPage,
  has_settings: module.settings !== undefined,
});

const MenuItem = {
  label: Type.String(),
  uri: Nullable,
  index: Type.Integer(),
  class: Type.String(),
  active: Type.Boolean(),
};
export const NavigationView = MapOf(Type.Object({ ...MenuItem, subpages: Type.Array(Type.Object(MenuItem)) }));

/** A group per module, its entries below it; what the caller may not open is left out. */
export function presentNavigation(
  modules: readonly ListedModule[],
  { rights }: AdminActor,
  wordsOf: (of: ListedModule, title: string) => string,
): Static<typeof NavigationView> {
  const groups = modules.flatMap((listed) => {
    const { module, menu } = listed;
    const subpages = menu
      .filter(
        ({ role, permission }) =>
          role === 'admin' && (permission === undefined || holds(rights, module.name, permission)),
      )
      .toSorted((a, b) => a.order - b.order)
      .map(({ title, href, order }) => ({
        label: wordsOf(listed, title),
        uri: href,
        index: order,
        class: '',
        active: false,
      }));
    const [first] = subpages;
    if (first === undefined) return [];
    const group = {
      label: module.title,
      uri: first.uri,
      index: first.index,
      class: module.name,
      active: false,
      subpages,
    };
    return [[module.name, group] as const];
  });
  return Object.fromEntries(groups.toSorted(([, a], [, b]) => a.index - b.index));
}

const LanguageView = Type.Object({ locale: Type.String(), title: Type.String(), name: Type.String() });
/** Codes, or with their names. */
export const LanguagesView = Type.Union([Type.Array(Type.String()), Type.Array(LanguageView)]);

export const ConfigView = Type.Object({ ext: Type.String() }, { additionalProperties: true });
