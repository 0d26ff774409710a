import { Type } from '@sinclair/typebox';
import { Done, done, guestEndpoint, signedIn } from '#core/endpoint';
import { MapOf, required, Text } from '#core/schema';
import type { Accounts } from '../account-service.ts';
import type { ReadRules } from '../rules.ts';
import * as wire from '../schema.ts';
import type { SignIns } from '../sign-in.ts';

interface Needs {
  readonly accounts: Accounts;
  readonly signIns: SignIns;
  readonly readRules: ReadRules;
}

export const guestApi = ({ accounts, signIns, readRules }: Needs) => ({
  create: guestEndpoint({
    summary: 'Sign up as a client.',
    limit: 'client_signup',
    input: wire.SignUpInput,
    output: Type.Integer(),
    handle: async (ctx, input) => {
      const { id, isSignedIn } = await accounts.signUp(ctx, wire.toSignUp(input));
      return isSignedIn ? signedIn('client', id, id) : id;
    },
  }),

  login: guestEndpoint({
    summary: 'Sign in as a client.',
    limit: 'api_login',
    input: Type.Object({
      email: required('Email required', Text()),
      password: required('Password required', Text()),
      code: Type.Optional(Text({ maxLength: 64, description: 'Of the second step, where the account has one.' })),
    }),
    output: wire.IdentityView,
    handle: async (ctx, attempt) => {
      const identity = await signIns.signIn(ctx, attempt);
      return signedIn('client', identity.id, wire.presentIdentity(identity));
    },
  }),

  reset_password: guestEndpoint({
    summary: 'Ask for a link to set a new password. True whether or not there is such a client.',
    input: Type.Object(
      { email: required('Email required', Text()) },
      { additionalProperties: true, description: 'Fields of spam protection come beside this one.' },
    ),
    output: Done,
    handle: (ctx, input) => done(accounts.askReset(ctx, input.email, input)),
  }),

  update_password: guestEndpoint({
    summary: 'Set a new password by the link of a letter.',
    limit: 'client_password_reset_confirm_post_ip',
    input: Type.Object({
      hash: required('No Hash provided', Text({ maxLength: 255 })),
      password: required('Password required', Text()),
      password_confirm: required('Password confirmation required', Text()),
    }),
    output: Done,
    handle: (ctx, { hash, password, password_confirm }) =>
      done(accounts.resetPassword(ctx, hash, password, password_confirm)),
  }),

  required: guestEndpoint({
    summary: 'Names of the fields that a sign-up must fill in.',
    input: Type.Object({}),
    output: Type.Array(Type.String()),
    handle: async (ctx) => [...(await readRules(ctx)).required],
  }),

  custom_fields: guestEndpoint({
    summary: 'Fields of this shop that a client may fill in.',
    input: Type.Object({}),
    output: MapOf(wire.CustomFieldView),
    handle: async (ctx) => wire.presentCustomFields(await readRules(ctx)),
  }),

  is_email_validation_required: guestEndpoint({
    summary: 'Whether clients must confirm their e-mail address.',
    input: Type.Object({}),
    output: Type.Boolean(),
    handle: async (ctx) => (await readRules(ctx)).needsConfirmedEmail,
  }),
});
