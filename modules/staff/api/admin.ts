import type { StaffGroups } from '../groups.ts';
import type { StaffAdministration } from '../service.ts';
import type { StaffSignIn } from '../sign-in.ts';
import { groupApi } from './admin-group.ts';
import { historyApi } from './admin-history.ts';
import { memberApi } from './admin-member.ts';

interface Services {
  readonly staff: StaffAdministration;
  readonly groups: StaffGroups;
  readonly doors: StaffSignIn;
}

export const adminApi = ({ staff, groups, doors }: Services) => ({
  ...memberApi(staff),
  ...groupApi(groups),
  ...historyApi(doors),
});
