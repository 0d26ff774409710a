import { Type, type Static } from '@sinclair/typebox';
import { DateTime, Or } from '#core/schema';
import type { ToldLine } from './service.ts';

const NullableText = Or(Type.String());
const NullableId = Or(Type.Integer());

export const LineView = Type.Object({
  id: Type.Integer(),
  priority: Type.Integer(),
  admin_id: NullableId,
  client_id: NullableId,
  message: Type.String(),
  ip: NullableText,
  created_at: DateTime,
  staff_id: NullableId,
  staff_email: NullableText,
  staff_name: NullableText,
  client_name: Type.String(),
  client_email: NullableText,
  /** Only while there is such a member. */
  staff: Type.Optional(Type.Object({ id: Type.Integer(), name: Type.String(), email: NullableText })),
  /** Of every line about a client, who may be gone. */
  client: Type.Optional(Type.Object({ id: Type.Integer(), name: Type.String(), email: NullableText })),
});

export const present = ({ line, staff, client }: ToldLine): Static<typeof LineView> => ({
  id: line.id,
  priority: line.priority,
  admin_id: line.adminId ?? null,
  client_id: line.clientId ?? null,
  message: line.message,
  ip: line.ip ?? null,
  created_at: line.createdAt,
  staff_id: staff?.id ?? null,
  staff_email: staff?.email ?? null,
  staff_name: staff?.name ?? null,
  client_name: client?.name ?? '',
  client_email: client?.email ?? null,
  ...(staff && { staff: { id: staff.id, name: staff.name, email: staff.email ?? null } }),
  ...(line.clientId !== undefined && {
    client: { id: line.clientId, name: client?.name ?? '', email: client?.email ?? null },
  }),
});
