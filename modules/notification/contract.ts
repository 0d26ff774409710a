import { Type } from '@sinclair/typebox';
import { defineEvent } from '#core/event';
import { Id } from '#core/schema';

/** All that other modules may see of notifications. */

export const notificationAdded = defineEvent('notification.added', Type.Object({ notificationId: Id }));
