import { Type } from '@sinclair/typebox';
import { guestEndpoint, halfSignedIn, ofVisit, signedIn } from '#core/endpoint';
import { required, Text } from '#core/schema';
import type { SignIn } from '#core/web/page';
import type { Entrance } from './entrance.ts';
import { presentSignedIn, SignedInView } from './schema.ts';

/** The steps of a sign-in, a page each. */
export function staffSignIn(entrance: Entrance): SignIn {
  return {
    role: 'admin',
    endpoint: guestEndpoint({
      summary: 'Sign in as a staff member on a page.',
      limit: 'api_login',
      input: Type.Object({
        email: required('Email required', Text({ maxLength: 255 })),
        password: required('Password required', Text({ maxLength: 1024 })),
      }),
      output: SignedInView,
      handle: async (ctx, attempt) => {
        const step = await entrance.begin(ctx, attempt);
        return 'proof' in step ? halfSignedIn(step) : signedIn('admin', step.id, presentSignedIn(step));
      },
    }),
    second: guestEndpoint({
      summary: 'The code of a staff member who has shown the password.',
      input: Type.Object({ code: required('Code required', Text({ maxLength: 64 })) }),
      output: SignedInView,
      handle: (ctx, { code }) =>
        Promise.resolve(
          ofVisit(async (visit) => {
            const account = await entrance.finish(ctx, await visit.halfSignedIn('admin'), code);
            return signedIn('admin', account.id, presentSignedIn(account));
          }),
        ),
    }),
  };
}
