import { Type } from '@sinclair/typebox';
import { Done, done, guestEndpoint, signedIn } from '#core/endpoint';
import { required, Text } from '#core/schema';
import type { Entrance } from '../entrance.ts';
import { presentSignedIn, SignedInView } from '../schema.ts';
import type { StaffSignIn } from '../sign-in.ts';

export const guestApi = (doors: StaffSignIn, entrance: Entrance) => ({
  login: guestEndpoint({
    summary: 'Sign in as a staff member.',
    input: Type.Object({
      email: required('Email required', Text({ maxLength: 255 })),
      password: required('Password required', Text({ maxLength: 1024 })),
      code: Type.Optional(Text({ maxLength: 64, description: 'Of the second step, where the account has one.' })),
    }),
    output: SignedInView,
    limit: 'api_login',
    handle: async (ctx, attempt) => {
      const account = await entrance.signIn(ctx, attempt);
      return signedIn('admin', account.id, presentSignedIn(account));
    },
  }),

  passwordreset: guestEndpoint({
    summary: 'Ask for a letter with a link to set a new password. The answer is the same for an unknown address.',
    input: Type.Object({ email: required('Email required', Text({ maxLength: 255 })) }),
    output: Done,
    handle: (ctx, { email }) => done(doors.requestReset(ctx, email)),
  }),

  update_password: guestEndpoint({
    summary: 'Set a new password with the code of the letter.',
    input: Type.Object({
      code: Text({ maxLength: 255, default: '' }),
      password: Text({ maxLength: 1024, default: '' }),
      password_confirm: Text({ maxLength: 1024, default: '' }),
    }),
    output: Type.Null(),
    limit: 'staff_password_reset_confirm_post_ip',
    handle: async (ctx, { code, password, password_confirm: confirmation }) => {
      await doors.confirmReset(ctx, { code, password, confirmation });
      return null;
    },
  }),
});
