import { Type } from '@sinclair/typebox';
import { defineEvent } from '#core/event';
import { Id } from '#core/schema';

/** A mail is in the queue. */
export const emailQueued = defineEvent('email.queued', Type.Object({ emailId: Id }));
