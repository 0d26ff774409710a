import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { Anything, MapOf, Text } from '#core/schema';
import type { Page, SignIn } from '#core/web/page';
import type { guestApi } from './api/guest.ts';
import type { ReadRules } from './rules.ts';

const Onward = Type.Object({ next: Type.Optional(Text()) });
/** What the form has a place of its own for. */
const PLACED = ['email', 'first_name', 'last_name', 'password', 'password_confirm'];

/** How visitors become clients, and how they come back who forgot their password. */
export function signUpPages(guest: ReturnType<typeof guestApi>, readRules: ReadRules): readonly Page[] {
  const form = guestEndpoint({
    summary: 'The form to sign up.',
    input: Onward,
    output: MapOf(Anything()),
    handle: async (ctx) => {
      const { isClosed, required, customFields } = await readRules(ctx);
      return {
        isClosed,
        asksLastName: required.includes('last_name'),
        asked: required.filter((name) => !PLACED.includes(name)),
        custom: customFields
          .filter(({ isActive }) => isActive)
          .map(({ name, title, isRequired }) => ({ name, title, isRequired })),
      };
    },
  });
  const forgotten = guestEndpoint({
    summary: 'The form to ask for a new password.',
    input: Onward,
    output: Type.Object({}),
    handle: () => Promise.resolve({}),
  });
  return [
    { role: 'guest', route: 'GET /signup', endpoint: form, view: 'client/sign-up' },
    { role: 'guest', route: 'POST /signup', endpoint: guest.create, then: '/', says: 'signUp.done' },
    { role: 'guest', route: 'GET /password-reset', endpoint: forgotten, view: 'client/forgotten' },
    {
      role: 'guest',
      route: 'POST /password-reset',
      endpoint: guest.reset_password,
      then: '/login',
      says: 'forgotten.sent',
    },
  ];
}

export const besideSignIn: NonNullable<SignIn['beside']> = [
  { title: 'signIn.signUp', href: '/signup' },
  { title: 'signIn.forgotten', href: '/password-reset' },
];
