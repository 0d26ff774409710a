import { Type } from '@sinclair/typebox';
import { defineEvent, defineHook } from '#core/event';
import { Id } from '#core/schema';

/** All that other modules may see of activation codes. */

const Device = Type.Object({ appId: Id, codeId: Id, deviceId: Type.String() });
/** Asked before a device takes a place of a code; who refuses makes the code unusable. */
export const codeActivating = defineHook('extstars.code_activating', Device);
export const codeActivated = defineEvent(
  'extstars.code_activated',
  Type.Object({ ...Device.properties, activationId: Id }),
);
/** Asked before a device gives its place back. */
export const codeDeactivating = defineHook('extstars.code_deactivating', Device);
export const codeDeactivated = defineEvent(
  'extstars.code_deactivated',
  Type.Object({ ...Device.properties, activationId: Id }),
);
export const codeExpired = defineEvent('extstars.code_expired', Type.Object({ appId: Id, codeId: Id }));
export const codeExpiring = defineEvent('extstars.code_expiring', Type.Object({ appId: Id, codeId: Id }));

const OneOrder = Type.Object({ appId: Id, orderId: Id });
/** A donation or a purchase of codes is paid. `orderId` is the public number of this module. */
export const extstarsOrderPaid = defineEvent('extstars.order_paid', OneOrder);
export const donationReceived = defineEvent(
  'extstars.donation_received',
  Type.Object({ ...OneOrder.properties, donationId: Id }),
);
/** All codes of a purchase are there. */
export const codesIssued = defineEvent('extstars.codes_issued', OneOrder);
