import { Type } from '@sinclair/typebox';
import type { LoadedModule } from '../boot.ts';
import { CODE_OWED, guestEndpoint, ofVisit, signedOut, type Endpoint } from '../endpoint.ts';
import { OneOf, Or, Text, type Sent } from '../schema.ts';
import type { SignIn } from './page.ts';
import { placeOf, type Place } from './place.ts';
import { localPath } from './route.ts';

type AccountRole = SignIn['role'];

/** `/login`, `/logout` and where they lead; for staff below `/admin`. */
export const homeOf: Record<AccountRole, string> = { client: '/', admin: '/admin' };
const areaOf: Record<AccountRole, string> = { client: '', admin: '/admin' };

export const signInOf = (active: readonly LoadedModule[], role: AccountRole): SignIn | undefined =>
  active.map(({ contributions }) => contributions.signIn).find((signIn) => signIn?.role === role);

/** The pages the core has for everyone who can sign in now. */
export const accountPlaces = (active: readonly LoadedModule[]): readonly Place[] => [
  ...signInPlaces('client', signInOf(active, 'client')),
  ...signInPlaces('admin', signInOf(active, 'admin')),
  ...signOutPlaces,
];

const signInPlaces = (role: AccountRole, signIn: SignIn | undefined): readonly Place[] =>
  signIn === undefined
    ? []
    : [
        place('GET', `${areaOf[role]}/login`, { endpoint: showSignIn[role], view: 'sign-in' }),
        place('POST', `${areaOf[role]}/login`, {
          endpoint: signIn.endpoint,
          then: homeOf[role],
          leavesFor: (result, sent) => (result === CODE_OWED ? onward(`${areaOf[role]}${CODE}`, sent) : undefined),
        }),
        ...(signIn.second === undefined ? [] : secondPlaces(role, signIn.second)),
      ];

const CODE = '/login/code';

/** The code that follows the password; who has shown none begins there. */
const secondPlaces = (role: AccountRole, endpoint: Endpoint): readonly Place[] => [
  place('GET', `${areaOf[role]}${CODE}`, {
    endpoint: showCode[role],
    view: 'sign-in-code',
    leavesFor: (result, sent) => (result === null ? onward(`${areaOf[role]}/login`, sent) : undefined),
  }),
  place('POST', `${areaOf[role]}${CODE}`, { endpoint, then: homeOf[role] }),
];

function onward(path: string, { next }: Sent): string {
  const to = localPath(next);
  return to === undefined ? path : `${path}?next=${encodeURIComponent(to)}`;
}

type Shown = Pick<Place['page'], 'endpoint' | 'view' | 'then' | 'leavesFor'>;

const place = (method: string, path: string, page: Shown): Place =>
  placeOf({ role: 'guest', route: `${method} ${path}`, ...page });

const ShownForm = Type.Object({ role: OneOf('client', 'admin'), action: Type.String() });

const formFor = (role: AccountRole, name: 'login' | 'logout') =>
  guestEndpoint({
    summary: 'The form to sign in or out.',
    input: Type.Object({ next: Type.Optional(Text()) }),
    output: ShownForm,
    handle: () => Promise.resolve({ role, action: `${areaOf[role]}/${name}` }),
  });

const showSignIn = { client: formFor('client', 'login'), admin: formFor('admin', 'login') };

const codeFormFor = (role: AccountRole) =>
  guestEndpoint({
    summary: 'The form for the code of a second step; null when nobody owes one here.',
    input: Type.Object({ next: Type.Optional(Text()) }),
    output: Or(ShownForm),
    handle: () =>
      Promise.resolve(
        ofVisit(async (visit) =>
          (await visit.halfSignedIn(role)) === undefined ? null : { role, action: `${areaOf[role]}${CODE}` },
        ),
      ),
  });

const showCode = { client: codeFormFor('client'), admin: codeFormFor('admin') };

const signOut = (role: AccountRole) =>
  guestEndpoint({
    summary: 'Sign out.',
    input: Type.Object({}),
    output: Type.Literal(true),
    handle: () => Promise.resolve(signedOut(role, true)),
  });

const signOutPlaces: readonly Place[] = (['client', 'admin'] as const).flatMap((role) => [
  place('GET', `${areaOf[role]}/logout`, { endpoint: formFor(role, 'logout'), view: 'sign-out' }),
  place('POST', `${areaOf[role]}/logout`, { endpoint: signOut(role), then: homeOf[role] }),
]);
