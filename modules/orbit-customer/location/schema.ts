import { Type, type Static } from '@sinclair/typebox';
import type { Location } from './repository.ts';

/** As staff see a location. */
export const StaffLocation = Type.Object({
  id: Type.Integer(),
  code: Type.String(),
  name: Type.String(),
  urls: Type.Array(Type.String()),
  enabled: Type.Boolean(),
});
export const presentForStaff = ({ id, code, name, urls, isEnabled }: Location): Static<typeof StaffLocation> => ({
  id,
  code,
  name,
  urls: [...urls],
  enabled: isEnabled,
});
