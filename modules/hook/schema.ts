import { Type, type Static } from '@sinclair/typebox';
import { DateTime } from '#core/schema';
import type { Connected } from './repository.ts';

export const ListenerView = Type.Object({
  id: Type.Integer(),
  rel_type: Type.Literal('mod'),
  rel_id: Type.String(),
  event: Type.String(),
  created_at: DateTime,
  updated_at: DateTime,
});

export const present = ({ id, module, event, createdAt, updatedAt }: Connected): Static<typeof ListenerView> => ({
  id,
  rel_type: 'mod',
  rel_id: module,
  event,
  created_at: createdAt,
  updated_at: updatedAt,
});
