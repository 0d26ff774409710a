import { Type } from '@sinclair/typebox';
import { clientEndpoint, Done, done, signedOut } from '#core/endpoint';
import { Or, required, Text } from '#core/schema';
import { OwnClient, ProfileInput, type ClientProfileService } from '#modules/client/contract';
import { onlyHere } from '../service.ts';

export const profileClientApi = (clients: ClientProfileService) => ({
  get: clientEndpoint({
    summary: 'Your own data.',
    input: Type.Object({}),
    output: OwnClient,
    handle: (ctx) => clients.own(ctx, ctx.actor.id),
  }),

  update: clientEndpoint({
    summary: 'Change your own data: what is not sent stays as it is.',
    input: ProfileInput,
    output: Done,
    handle: (ctx, change) => done(clients.updateProfile(ctx, change)),
  }),

  api_key_get: clientEndpoint({
    summary: 'Your API key.',
    prefersSession: true,
    input: Type.Object({}),
    output: Or(Type.String()),
    handle: async (ctx) => (await clients.tokenOf(ctx, ctx.actor.id)) ?? null,
  }),

  api_key_reset: clientEndpoint({
    summary: 'Replace your API key with a new one; the old one is refused from now on.',
    prefersSession: true,
    input: Type.Object({}),
    output: Type.String(),
    handle: (ctx) => clients.replaceToken(ctx, ctx.actor.id),
  }),

  change_password: clientEndpoint({
    summary: 'Change your own password and sign out everywhere but here.',
    limit: 'profile_password_change_ip',
    input: Type.Object({
      current_password: required('Current password required', Text()),
      new_password: required('New password required', Text()),
      confirm_password: required('New password confirmation required', Text()),
    }),
    output: Done,
    handle: async (ctx, { current_password: current, new_password: next, confirm_password: confirmation }) => {
      await clients.changeOwnPassword(ctx, { current, next, confirmation });
      return onlyHere('client', ctx.actor.id);
    },
  }),

  logout: clientEndpoint({
    summary: 'Sign out here.',
    input: Type.Object({}),
    output: Done,
    handle: () => Promise.resolve(signedOut('client', true)),
  }),

  destroy_sessions: clientEndpoint({
    summary: 'Sign out everywhere but here.',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => Promise.resolve(onlyHere('client', ctx.actor.id)),
  }),
});
