import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done, signedOut } from '#core/endpoint';
import { notFound } from '#core/error';
import type { Limits } from '#core/http/limit';
import { Id, required, Text } from '#core/schema';
import type { ClientProfileService } from '#modules/client/contract';
import type { StaffService } from '#modules/staff/contract';
import { presentStaffProfile, StaffProfile } from '../schema.ts';
import { changeStaffPassword, onlyHere } from '../service.ts';

const Line = Text({ maxLength: 255 });

interface Needs {
  readonly staff: StaffService;
  readonly clients: ClientProfileService;
  readonly limits: Limits;
}

export const profileAdminApi = ({ staff, clients, limits }: Needs) => ({
  get: adminEndpoint({
    summary: 'The own account of a staff member.',
    permission: 'access',
    input: Type.Object({}),
    output: StaffProfile,
    handle: async (ctx) => {
      const member = await staff.find(ctx, ctx.actor.id);
      if (member === undefined) throw notFound('staff.unknown', 'Staff member not found'); // removed this very moment
      return presentStaffProfile(member, await staff.tokenOf(ctx, ctx.actor.id));
    },
  }),

  update: adminEndpoint({
    summary: 'Change the own account.',
    permission: 'access',
    input: Type.Object({
      email: Type.Optional(Line),
      name: Type.Optional(Line),
      signature: Type.Optional(Line),
      timezone: Type.Optional(Text({ maxLength: 64 })),
    }),
    output: Done,
    handle: (ctx, change) => done(staff.updateProfile(ctx, change)),
  }),

  generate_api_key: adminEndpoint({
    summary: 'Replace the own API token; the new one is read with `get`.',
    permission: 'access',
    prefersSession: true,
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => done(staff.regenerateToken(ctx)),
  }),

  change_password: adminEndpoint({
    summary: 'Change the own password and end all other sessions.',
    permission: 'access',
    input: Type.Object({
      current_password: required('Current password is required', Text()),
      new_password: required('New password is required', Text()),
      confirm_password: required('New password confirmation is required', Text()),
    }),
    output: Done,
    handle: async (ctx, { current_password: current, new_password: next, confirm_password: confirmation }) => {
      await changeStaffPassword({ staff, limits }, ctx, { current, next, confirmation });
      return onlyHere('admin', ctx.actor.id);
    },
  }),

  destroy_sessions: adminEndpoint({
    summary: 'End all sessions of the own account but the one of this call.',
    permission: 'access',
    input: Type.Object({}),
    output: Done,
    handle: (ctx) => Promise.resolve(onlyHere('admin', ctx.actor.id)),
  }),

  logout: adminEndpoint({
    summary: 'Sign out of the staff area; a client who is signed in at the same browser stays.',
    permission: 'access',
    input: Type.Object({}),
    output: Done,
    handle: () => Promise.resolve(signedOut('admin', true)),
  }),

  api_key_reset: adminEndpoint({
    summary: 'Replace the API token of a client.',
    permission: 'client.manage_api_keys',
    prefersSession: true,
    input: Type.Object({ id: required('Client ID was not passed', Id) }),
    output: Type.String(),
    handle: (ctx, { id }) => clients.replaceToken(ctx, id),
  }),
});
