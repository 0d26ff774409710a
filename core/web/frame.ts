import { guestActor, holds, mayEnter, type Actor, type AdminActor, type ClientActor } from '../actor.ts';
import type { LoadedModule } from '../boot.ts';
import type { Context } from '../context.ts';
import type { HttpRequest } from '../http/dialect.ts';
import type { SessionHandle } from '../http/session.ts';
import type { Sender } from '../subscriptions.ts';
import { isPartial } from './html.ts';
import type { MenuEntry } from './page.ts';
import { signInOf } from './sign-in.ts';

/** What surrounds a view: the shop, who is signed in and where they may go. */
export interface Frame {
  readonly layout: 'page' | 'admin' | 'fragment';
  readonly sender: Pick<Sender, 'company'>;
  readonly path: string;
  readonly menu: readonly Pick<MenuEntry, 'title' | 'href'>[];
  /** E-mail address of who is signed in. */
  readonly account: string | undefined;
  /** Whether there is anything to sign in to. */
  readonly canSignIn: boolean;
  readonly canStaffSignIn: boolean;
}

export interface FrameParts {
  active(): readonly LoadedModule[];
  context(actor: Actor, ip: string | undefined): Context;
  sender(): Promise<Sender>;
}

export async function frameOf(parts: FrameParts, request: HttpRequest, session: SessionHandle): Promise<Frame> {
  const role = isAdminPath(request.path) ? 'admin' : 'client';
  const active = parts.active();
  const actor = await signedInAs(parts, role, request, session);
  return {
    layout: isPartial(request) ? 'fragment' : role === 'admin' ? 'admin' : 'page',
    sender: await parts.sender(),
    path: request.path,
    menu: actor === undefined ? [] : menuFor(active, actor),
    account: actor && (actor.email || `#${actor.id}`),
    canSignIn: signInOf(active, role) !== undefined,
    canStaffSignIn: signInOf(active, 'admin') !== undefined,
  };
}

/** For the moments when nothing can be asked of the database. */
export const bareFrame = (request: HttpRequest): Frame => ({
  layout: isPartial(request) ? 'fragment' : 'page',
  sender: { company: 'Tollkeeper' },
  path: request.path,
  menu: [],
  account: undefined,
  canSignIn: false,
  canStaffSignIn: false,
});

const isAdminPath = (path: string): boolean => path === '/admin' || path.startsWith('/admin/');

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

function menuFor(active: readonly LoadedModule[], actor: ClientActor | AdminActor): MenuEntry[] {
  return active
    .flatMap(({ module, contributions }) =>
      (contributions.menu ?? []).filter((entry) => entry.role === actor.kind && isFor(actor, module.name, entry)),
    )
    .sort((one, other) => one.order - other.order);
}

function isFor(actor: ClientActor | AdminActor, module: string, { permission }: MenuEntry): boolean {
  if (actor.kind === 'client') return true;
  return mayEnter(actor.rights, module) && (permission === undefined || holds(actor.rights, module, permission));
}
