import { Type } from '@sinclair/typebox';
import { defineEvent } from '#core/event';
import { Id } from '#core/schema';

/** What only this module's letters listen to. What a link carries is sealed: the outbox may keep it for a while. */
const WithLink = Type.Object({ clientId: Id, sealedHash: Type.String() });

export const clientWelcomed = defineEvent('client.welcomed', WithLink);
export const confirmationAsked = defineEvent('client.confirmation_asked', WithLink);
export const passwordResetAsked = defineEvent('client.password_reset_asked', WithLink);
