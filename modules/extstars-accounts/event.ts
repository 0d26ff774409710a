import { Type } from '@sinclair/typebox';
import { defineEvent } from '#core/event';
import { Id } from '#core/schema';

/** What only this module listens to. */

/** Somebody was registered by buying; what the link carries is sealed. */
export const buyerRegistered = defineEvent(
  'extstars.buyer_registered',
  Type.Object({ clientId: Id, appId: Id, sealedHash: Type.String() }),
);
/** The app is to be told of a paid order, now or later. */
export const callbackDue = defineEvent('extstars.callback_due', Type.Object({ callbackId: Id }));
