import { Type } from '@sinclair/typebox';
import { guestEndpoint, halfSignedIn, ofVisit, signedIn } from '#core/endpoint';
import { required, Text } from '#core/schema';
import type { SignIn } from '#core/web/page';
import { IdentityView, presentIdentity } from './schema.ts';
import type { SignIns } from './sign-in.ts';
import { besideSignIn } from './sign-up-pages.ts';

/** The steps of a sign-in, a page each. */
export function clientSignIn(signIns: SignIns): SignIn {
  return {
    role: 'client',
    beside: besideSignIn,
    endpoint: guestEndpoint({
      summary: 'Sign in as a client on a page.',
      limit: 'api_login',
      input: Type.Object({
        email: required('Email required', Text()),
        password: required('Password required', Text()),
      }),
      output: IdentityView,
      handle: async (ctx, attempt) => {
        const step = await signIns.begin(ctx, attempt);
        return 'proof' in step ? halfSignedIn(step) : signedIn('client', step.id, presentIdentity(step));
      },
    }),
    second: guestEndpoint({
      summary: 'The code of a client who has shown the password.',
      input: Type.Object({ code: required('Code required', Text({ maxLength: 64 })) }),
      output: IdentityView,
      handle: (ctx, { code }) =>
        Promise.resolve(
          ofVisit(async (visit) => {
            const identity = await signIns.finish(ctx, await visit.halfSignedIn('client'), code);
            return signedIn('client', identity.id, presentIdentity(identity));
          }),
        ),
    }),
  };
}
