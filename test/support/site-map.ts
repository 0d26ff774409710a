import { holds, mayEnter, type Rights } from '#core/actor';
import type { App } from '#core/app';
import type { Role } from '#core/endpoint';
import type { MenuEntry } from '#core/web/page';
import { panelPlaces } from '#core/web/panel';
import { placesOf, type Place } from '#core/web/place';
import { accountPlaces } from '#core/web/sign-in';

/** A page or a form of the site, as the contributions of the modules have it. */
export interface SitePage {
  readonly method: string;
  /** With its parameters: `/admin/order/manage/:id`. */
  readonly path: string;
  /** Who must be signed in. */
  readonly role: Role;
  readonly module: string;
  /** Keys that staff must hold. */
  readonly keys: readonly string[];
  /** Whether it is looked at; others send a file, or lead on. */
  readonly hasView: boolean;
}

/** What the site has beside its modules and itself no endpoint for. */
const OPEN_PAGES = ['/', '/docs'];

/** Every page and every form of the core and of the active modules. */
export function sitePages(app: App): readonly SitePage[] {
  const active = app.catalog.active();
  const places = [
    ...active.flatMap(placesOf),
    ...accountPlaces(active),
    ...panelPlaces({ active: () => active, log: app.log }),
  ];
  return [...places.map(asSitePage), ...OPEN_PAGES.map(openPage)];
}

export interface SiteEntry extends MenuEntry {
  readonly module: string;
}

export const siteMenu = (app: App): readonly SiteEntry[] =>
  app.catalog
    .active()
    .flatMap(({ module, contributions }) =>
      (contributions.menu ?? []).map((entry) => ({ ...entry, module: module.name })),
    );

/** Whether the rights of a staff member are all that a page asks for. */
export const isOpenTo = (rights: Rights, { module, keys }: Pick<SitePage, 'module' | 'keys'>): boolean =>
  mayEnter(rights, module) &&
  keys.every((key) => {
    const [owner = '', name = ''] = key.includes('.') ? key.split('.') : [module, key];
    return holds(rights, owner, name);
  });

/**
 * What the parameters of pages stand for: by where they stand, `/admin/order/manage/:id`, or by name, `:order_id`. Below
 * `?` and the path is what a page is asked beside.
 */
export type Filling = Readonly<Record<string, string | number>>;

/** The address of a page about what `filling` says. A parameter that it does not know ends the test. */
export function addressOf({ method, path }: Pick<SitePage, 'method' | 'path'>, filling: Filling): string {
  const query = filling[`?${path}`];
  const filled = path.replace(/:(\w+)/g, (name: string, _, at: number) => {
    const value = filling[path.slice(0, at) + name] ?? filling[name];
    if (value === undefined)
      throw new Error(`Nobody knows what ${name} is in ${method} ${path}: say it in test/support/build/everything.ts.`);
    return encodeURIComponent(value);
  });
  return query === undefined || method !== 'GET' ? filled : `${filled}?${query}`;
}

const asSitePage = ({ method, path, role, module, page }: Place): SitePage => ({
  method,
  path,
  role,
  module,
  keys: page.endpoint.permission,
  hasView: page.view !== undefined,
});

const openPage = (path: string): SitePage => ({
  method: 'GET',
  path,
  role: 'guest',
  module: '',
  keys: [],
  hasView: true,
});
