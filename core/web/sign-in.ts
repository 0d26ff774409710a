import { Type } from '@sinclair/typebox';
import type { LoadedModule } from '../boot.ts';
import { adminEndpoint, guestEndpoint, signedOut } from '../endpoint.ts';
import { OneOf, Text } from '../schema.ts';
import type { SignIn } from './page.ts';
import { placeOf, type Place } from './place.ts';

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
  dashboard,
];

const signInPlaces = (role: AccountRole, signIn: SignIn | undefined): readonly Place[] =>
  signIn === undefined
    ? []
    : [
        place('GET', `${areaOf[role]}/login`, { endpoint: showSignIn[role], view: 'sign-in' }),
        place('POST', `${areaOf[role]}/login`, { endpoint: signIn.endpoint, then: homeOf[role] }),
      ];

const place = (method: string, path: string, page: Pick<Place['page'], 'endpoint' | 'view' | 'then'>): Place =>
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

/** Where staff begin, unless a module has a page there. Its name is one every staff member may enter. */
const dashboard = placeOf(
  {
    role: 'admin',
    route: 'GET /',
    view: 'dashboard',
    endpoint: adminEndpoint({
      summary: 'Where staff begin.',
      permission: 'access',
      input: Type.Object({}),
      output: Type.Literal(true),
      handle: () => Promise.resolve(true as const),
    }),
  },
  'dashboard',
);
