import { Type, type Static } from '@sinclair/typebox';
import { Day } from '#core/http/wire-format';
import { Or } from '#core/schema';
import type { StaffMember } from '#modules/staff/contract';

/** A day as `YYYY-MM-DD`. */
const DayOnly = Type.Unsafe<Day>({ type: 'string', description: 'YYYY-MM-DD' });

/** A staff member as the member sees the own account (platform spec C6). */
export const StaffProfile = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  name: Type.String(),
  signature: Or(Type.String()),
  status: Type.String(),
  api_token: Or(Type.String()),
  timezone: Or(Type.String()),
  created_at: DayOnly,
  updated_at: DayOnly,
});

export const presentStaffProfile = (member: StaffMember, token: string | undefined): Static<typeof StaffProfile> => ({
  id: member.id,
  email: member.email,
  name: member.name,
  signature: member.signature ?? null,
  status: member.status,
  api_token: token ?? null,
  timezone: member.timezone ?? null,
  created_at: new Day(member.createdAt),
  updated_at: new Day(member.updatedAt),
});
