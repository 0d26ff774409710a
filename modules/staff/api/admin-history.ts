import { Type } from '@sinclair/typebox';
import { DayRangeInput, readDayRange } from '#core/day-range';
import { adminEndpoint } from '#core/endpoint';
import { Id, listed, PageOf, pageRequest, Paging, required, Text } from '#core/schema';
import { presentSignIn, SignInView } from '../schema.ts';
import type { StaffSignIn } from '../sign-in.ts';

export const historyApi = (doors: StaffSignIn) => ({
  login_history_get_list: adminEndpoint({
    summary: 'Sign-ins of staff, the newest first.',
    permission: 'manage_settings',
    input: Type.Object({
      ...Paging,
      id: Type.Optional(Text()),
      search: Type.Optional(Text({ description: 'In name and e-mail, or the id of a staff member.' })),
      admin_id: Type.Optional(Text()),
      ip: Type.Optional(Text()),
      ...DayRangeInput,
    }),
    output: PageOf(SignInView),
    handle: async (ctx, { id, search, admin_id: accountId, ip, date_from, date_to, ...paging }) => {
      const filter = {
        ...(id && { id: Number(id) || 0 }),
        ...(search && { search }),
        ...(accountId && { accountId: Number(accountId) || 0 }),
        ...(ip && { ip }),
        ...readDayRange({ date_from, date_to }),
      };
      return listed(await doors.list(ctx, filter, pageRequest(paging)), presentSignIn);
    },
  }),

  login_history_get: adminEndpoint({
    summary: 'One sign-in.',
    permission: 'manage_settings',
    input: Type.Object({ id: required('Event ID was not passed', Id) }),
    output: SignInView,
    handle: async (ctx, { id }) => presentSignIn(await doors.get(ctx, id)),
  }),
});
