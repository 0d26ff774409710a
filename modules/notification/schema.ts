import { Type, type Static } from '@sinclair/typebox';
import { DateTime } from '#core/schema';
import type { Notification } from './repository.ts';

/** The contract shows the row of a table that many kinds of things share (spec C10). */
export const NotificationView = Type.Object({
  id: Type.Integer(),
  client_id: Type.Null(),
  extension: Type.String(),
  rel_type: Type.String(),
  rel_id: Type.String(),
  meta_key: Type.String(),
  meta_value: Type.String(),
  created_at: DateTime,
  updated_at: DateTime,
});

export const present = ({ id, message, createdAt, updatedAt }: Notification): Static<typeof NotificationView> => ({
  id,
  client_id: null,
  extension: 'mod_notification',
  rel_type: 'staff',
  rel_id: '1',
  meta_key: 'message',
  meta_value: message,
  created_at: createdAt,
  updated_at: updatedAt,
});
