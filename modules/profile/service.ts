import type { AdminActor } from '#core/actor';
import type { Context } from '#core/context';
import { ofVisit, type OfVisit } from '#core/endpoint';
import { invalidInput } from '#core/error';
import type { Limits } from '#core/http/limit';
import { checkStrength } from '#core/password';
import type { ClientProfileService } from '#modules/client/contract';
import type { StaffService } from '#modules/staff/contract';
import type { OwnContext } from './own-endpoint.ts';

export interface PasswordChange {
  readonly current: string;
  readonly next: string;
  readonly confirmation: string;
}

/** The own password of a staff member: what is cheap to refuse is refused before it counts as a try. */
export async function changeStaffPassword(
  { staff, limits }: { readonly staff: StaffService; readonly limits: Limits },
  ctx: Context<AdminActor>,
  { current, next, confirmation }: PasswordChange,
): Promise<void> {
  checkStrength(next);
  if (next !== confirmation) throw invalidInput('password.mismatch', 'Passwords do not match');
  await limits.consume('profile_password_change_ip', ctx.ip ?? 'local');
  await limits.consume('profile_password_change_account', `admin:${ctx.actor.id}`, ctx.ip);
  await staff.changePassword(ctx, current, next);
}

/** The password of who is acting; each wrong one counts as a try to change it. */
export async function checkOwnPassword(
  {
    staff,
    clients,
    limits,
  }: { readonly staff: StaffService; readonly clients: ClientProfileService; readonly limits: Limits },
  ctx: OwnContext,
  password: string,
): Promise<void> {
  const { actor } = ctx;
  if (actor.kind === 'client') return clients.checkOwnPassword({ ...ctx, actor }, password);
  await limits.consume('profile_password_change_account', `admin:${actor.id}`, ctx.ip);
  await staff.checkPassword({ ...ctx, actor }, password);
}

/** Ends the sessions of an account but for the one of this call (spec C6, C7); a call with a token has none. */
export const onlyHere = (role: 'client' | 'admin', id: number): OfVisit =>
  ofVisit(async (visit) => {
    await visit.endOtherSessions(role, id);
    return true;
  });
