import { staffService } from '#modules/staff/contract';
import { admin, staff, type Caller, type TestApp } from '../app.ts';

export const PASSWORD = 'Quiet-Night-7';

export interface BuiltStaff {
  readonly id: number;
  readonly email: string;
  readonly groupId: number;
  readonly caller: Caller;
}

interface Wish {
  readonly email?: string;
  readonly name?: string;
  readonly status?: string;
  /** The group; without it one of its own is made, with these permissions. */
  readonly groupId?: number;
  readonly permissions?: object;
  readonly parentId?: number;
}

let count = 0;

/** A staff group below the super administrators, with these permissions. */
export async function buildStaffGroup(app: TestApp, permissions: object = {}, parentId = 1): Promise<number> {
  const id = await app.call<number>(admin, 'staff/group_create', { name: `Group ${++count}`, parent_id: parentId });
  if (Object.keys(permissions).length > 0) await app.call(admin, 'staff/group_update', { id, permissions });
  return id;
}

/** An active staff member with an API token; the password is PASSWORD. */
export async function buildStaff(app: TestApp, wish: Wish = {}): Promise<BuiltStaff> {
  const { email = `staff${++count}@example.com`, name = 'Sam Staff', status = 'active' } = wish;
  const groupId = wish.groupId ?? (await buildStaffGroup(app, wish.permissions, wish.parentId));
  const id = await app.call<number>(admin, 'staff/create', {
    email,
    name,
    status,
    password: PASSWORD,
    group_id: groupId,
  });
  if (status !== 'active') return { id, email, groupId, caller: staff('none') };
  const token = await app.app.service(staffService).resetTokenOf(app.system(), email);
  return { id, email, groupId, caller: staff(token) };
}
