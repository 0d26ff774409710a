/**
 * What this engine's events and hooks are called on the wire (spec A14). Those that the contract has no name for keep
 * their own; so do the events of modules of others, whose names are theirs to choose.
 */
const WIRE_NAMES: Readonly<Record<string, string>> = {
  'client.signing_up': 'onBeforeClientSignUp',
  'client.signed_up': 'onAfterClientSignUp',
  'client.signing_in': 'onBeforeClientLogin',
  'client.asking_reset': 'onBeforeGuestPasswordResetRequest',
  'client.password_reset': 'onAfterClientProfilePasswordReset',
  'client.changing_profile': 'onBeforeClientProfileUpdate',
  'client.created': 'onAfterAdminCreateClient',
  'client.being_removed': 'onBeforeAdminClientDelete',
  'client.removed': 'onAfterAdminClientDelete',
  'staff.signing_in': 'onBeforeAdminLogin',
  'staff.password_reset': 'onAfterPasswordResetStaff',
  'order.created': 'onAfterAdminOrderCreate',
  'order.activated': 'onAfterAdminOrderActivate',
  'order.renewed': 'onAfterAdminOrderRenew',
  'order.suspended': 'onAfterAdminOrderSuspend',
  'order.unsuspended': 'onAfterAdminOrderUnsuspend',
  'order.canceled': 'onAfterAdminOrderCancel',
  'order.uncanceled': 'onAfterAdminOrderUncancel',
  'order.being_removed': 'onBeforeAdminOrderDelete',
  'order.removed': 'onAfterAdminOrderDelete',
  'notification.added': 'onAfterAdminNotificationAdd',
};

export const wireName = (event: string): string => WIRE_NAMES[event] ?? event;

/**
 * Whether an event may be called from outside. Our own are facts, told with the change they tell of: whoever could call
 * `invoice.paid` would be believed. An event in the words of the contract, `onSomething`, promises nothing.
 */
export const mayBeCalled = (event: string): boolean => /^on[A-Z]\w*$/.test(event);
