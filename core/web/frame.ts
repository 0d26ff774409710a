import { guestActor, holds, mayEnter, type Actor, type AdminActor, type ClientActor } from '../actor.ts';
import type { LoadedModule } from '../boot.ts';
import type { Context } from '../context.ts';
import { cookieOf, type HttpRequest } from '../http/dialect.ts';
import type { SessionHandle } from '../http/session.ts';
import type { Sender } from '../subscriptions.ts';
import { isPartial } from './html.ts';
import { LANGUAGE_COOKIE, languages, mannerOf, tagOf, type Language, type Manner } from './language.ts';
import { MENU_GROUPS, type MenuEntry, type MenuGroup } from './page.ts';
import { canSearch } from './panel.ts';
import { signInOf } from './sign-in.ts';
import type { Translations } from './translation.ts';

/** What surrounds a view: the shop, who is signed in and where they may go. */
export interface Frame extends Manner {
  readonly layout: 'page' | 'admin' | 'fragment';
  readonly sender: Pick<Sender, 'company'>;
  readonly path: string;
  /** Of the shop, or of the panel. */
  readonly menu: readonly Way[];
  /** The menu of the panel below its headings; those without one come last. */
  readonly sidebar: readonly Section[];
  readonly canSearch: boolean;
  /** What signed-in clients have beside the shop. */
  readonly area: readonly Way[];
  /** E-mail address of who is signed in. */
  readonly account: string | undefined;
  /** Whether there is anything to sign in to. */
  readonly canSignIn: boolean;
  readonly canStaffSignIn: boolean;
  /** Where those go who cannot sign in yet. */
  readonly besideSignIn: readonly Pick<Way, 'title' | 'href'>[];
  /** The page's language as HTML has it: `zh-CN`. */
  readonly tag: string;
  readonly languages: readonly Choice[];
  readonly theme: Theme;
  readonly themes: readonly Choice[];
}

export interface Way {
  readonly title: string;
  readonly href: string;
  readonly isHere: boolean;
  readonly group: MenuGroup | undefined;
}

export interface Section {
  readonly group: MenuGroup | undefined;
  readonly ways: readonly Way[];
}

/** The present page, in another manner. */
interface Choice {
  readonly name: string;
  readonly title?: string;
  readonly tag?: string;
  readonly href: string;
  readonly isChosen: boolean;
}

const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];
export const THEME_COOKIE = 'theme';

export interface FrameParts {
  active(): readonly LoadedModule[];
  context(actor: Actor, ip: string | undefined): Context;
  sender(): Promise<Sender>;
  readonly renderer: { readonly translations: Translations };
}

export async function frameOf(parts: FrameParts, request: HttpRequest, session: SessionHandle): Promise<Frame> {
  const role = isAdminPath(request.path) ? 'admin' : 'client';
  const active = parts.active();
  const actor = await signedInAs(parts, role, request, session);
  const manner = mannerOf(request, actor?.kind === 'client' ? actor.lang : undefined);
  const waysOf = (kind: MenuEntry['role']): Way[] =>
    waysFor(parts, { kind, actor, request, language: manner.language });
  const menu = waysOf(role === 'admin' ? 'admin' : 'guest');
  return {
    ...around(request, manner),
    layout: isPartial(request) ? 'fragment' : role === 'admin' ? 'admin' : 'page',
    sender: await parts.sender(),
    menu,
    sidebar: actor?.kind === 'admin' ? sectionsOf(menu) : [],
    canSearch: actor?.kind === 'admin' && canSearch(active, actor.rights),
    area: actor?.kind === 'client' ? waysOf('client') : [],
    account: actor && (actor.email || `#${actor.id}`),
    canSignIn: signInOf(active, role) !== undefined,
    canStaffSignIn: signInOf(active, 'admin') !== undefined,
    besideSignIn: signInOf(active, role)?.beside ?? [],
  };
}

/** For the moments when nothing can be asked of the database. */
export const bareFrame = (request: HttpRequest): Frame => ({
  ...around(request, mannerOf(request, undefined)),
  layout: isPartial(request) ? 'fragment' : 'page',
  sender: { company: 'Tollkeeper' },
  menu: [],
  sidebar: [],
  canSearch: false,
  area: [],
  account: undefined,
  canSignIn: false,
  canStaffSignIn: false,
  besideSignIn: [],
});

const isAdminPath = (path: string): boolean => path === '/admin' || path.startsWith('/admin/');

function around(request: HttpRequest, manner: Manner) {
  const theme = chosenTheme(request) ?? themeIn(cookieOf(request, THEME_COOKIE)) ?? 'auto';
  return {
    ...manner,
    path: request.path,
    tag: tagOf(manner.language),
    languages: languages.map(({ code, tag, title }) => ({
      ...choice(request, LANGUAGE_COOKIE, code, manner.language),
      tag,
      title,
    })),
    theme,
    themes: THEMES.map((name) => choice(request, THEME_COOKIE, name, theme)),
  };
}

/** What a link such as `?theme=dark` asks for. */
export const chosenTheme = ({ method, query }: HttpRequest): Theme | undefined =>
  method === 'POST' ? undefined : themeIn(new URLSearchParams(query).get(THEME_COOKIE));

const themeIn = (text: string | null | undefined): Theme | undefined => THEMES.find((theme) => theme === text);

/** A form that failed is shown at an address that only takes forms, and its fields are not in the address. */
function choice({ method, path, query }: HttpRequest, about: string, name: string, chosen: string): Choice {
  const fields = new URLSearchParams(method === 'POST' ? '' : query);
  fields.set(about, name);
  return { name, href: `${method === 'POST' ? '/' : path}?${fields.toString()}`, isChosen: name === chosen };
}

async function signedInAs(
  { active, context }: FrameParts,
  role: 'client' | 'admin',
  { ip }: HttpRequest,
  session: SessionHandle,
): Promise<ClientActor | AdminActor | undefined> {
  const data = await session.read();
  const id = role === 'admin' ? data?.adminId : data?.clientId;
  const authenticators = active().flatMap(({ contributions }) => contributions.authenticators ?? []);
  const authenticator = authenticators.find((one) => one.role === role);
  return id === undefined ? undefined : authenticator?.byId(context(guestActor, ip), id);
}

interface Asked {
  readonly kind: MenuEntry['role'];
  readonly actor: ClientActor | AdminActor | undefined;
  readonly request: HttpRequest;
  readonly language: Language;
}

function waysFor({ active, renderer }: FrameParts, { kind, actor, request, language }: Asked): Way[] {
  const entries = active().flatMap(({ module, contributions }) =>
    (contributions.menu ?? [])
      .filter((entry) => entry.role === kind && isFor(actor, module.name, entry))
      .map((entry) => ({ entry, folder: module.folder })),
  );
  const { path } = request;
  const isBelow = (href: string): boolean => path === href || path.startsWith(`${href}/`);
  // `/order/service` is below `/order` too: the longest one that fits is where one is.
  const all = active().flatMap(({ contributions }) => contributions.menu ?? []);
  const here = all.map(({ href }) => href).filter(isBelow);
  const nearest = here.reduce((longest, href) => (href.length > longest.length ? href : longest), '');
  return entries
    .sort((one, other) => one.entry.order - other.entry.order)
    .map(({ entry: { title, href, group }, folder }) => ({
      title: folder === undefined ? title : renderer.translations.text(folder, language, title),
      href,
      isHere: href === nearest,
      group,
    }));
}

const sectionsOf = (menu: readonly Way[]): Section[] =>
  [...MENU_GROUPS, undefined]
    .map((group) => ({ group, ways: menu.filter((way) => way.group === group) }))
    .filter(({ ways }) => ways.length > 0);

function isFor(actor: ClientActor | AdminActor | undefined, module: string, { role, permission }: MenuEntry): boolean {
  if (role !== 'admin') return role === 'guest' || actor?.kind === 'client';
  if (actor?.kind !== 'admin') return false;
  return mayEnter(actor.rights, module) && (permission === undefined || holds(actor.rights, module, permission));
}
