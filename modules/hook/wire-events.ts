import type { Context } from '#core/context';
import { echo, type Echo } from '#core/listener';
import { cartAddingProduct, cartCheckingOut, cartProductAdded } from '#modules/cart/contract';
import {
  clientAskingReset,
  clientBeingCreated,
  clientBeingRemoved,
  clientBeingUpdated,
  clientChangingOwnPassword,
  clientChangingProfile,
  clientCreated,
  clientOwnPasswordChanged,
  clientPasswordBeingChanged,
  clientPasswordChanged,
  clientPasswordReset,
  clientProfileChanged,
  clientRemoved,
  clientResettingPassword,
  clientSignedIn,
  clientSignedUp,
  clientSigningIn,
  clientSigningUp,
  clientSignInFailed,
  clientUpdated,
  type ClientService,
} from '#modules/client/contract';
import { cronFinished, cronStarting } from '#modules/cron/contract';
import { currencyBeingRemoved, currencyRemoved } from '#modules/currency/contract';
import {
  configurationBeingSaved,
  configurationSaved,
  extensionActivated,
  extensionBeingActivated,
  extensionBeingDeactivated,
  extensionBeingUninstalled,
  extensionDeactivated,
  extensionUninstalled,
} from '#modules/extension/contract';
import {
  invoiceApproved,
  invoiceBeingApproved,
  invoiceBeingRefunded,
  invoiceBeingReminded,
  invoiceBeingRemoved,
  invoiceBeingUpdated,
  invoiceDueSoon,
  invoiceOverdue,
  invoicePaid,
  invoiceRefunded,
  invoiceReminded,
  invoiceRemoved,
  invoicesBeingReminded,
  invoiceUpdated,
  renewalBeingInvoiced,
  renewalInvoiced,
  subscriptionCreated,
  subscriptionRemoved,
  transactionBeingCreated,
  transactionBeingProcessed,
  transactionBeingUpdated,
  transactionCreated,
  transactionProcessed,
  transactionUpdated,
  type InvoiceService,
} from '#modules/invoice/contract';
import { notificationAdded } from '#modules/notification/contract';
import {
  cancelingSuspended,
  cancelingUnpaid,
  expiredSuspended,
  orderActivated,
  orderBeingActivated,
  orderBeingCanceled,
  orderBeingCreated,
  orderBeingRemoved,
  orderBeingRenewed,
  orderBeingSuspended,
  orderBeingUncanceled,
  orderBeingUnsuspended,
  orderBeingUpdated,
  orderCanceled,
  orderCheckedOut,
  orderCreated,
  orderRemoved,
  orderRenewed,
  orderSuspended,
  orderUncanceled,
  orderUnsuspended,
  orderUpdated,
  sendingSuspensionWarnings,
  suspendedCanceled,
  suspendingExpired,
  suspensionWarningsSent,
  unpaidCanceled,
} from '#modules/order/contract';
import {
  staffBeingCreated,
  staffBeingRemoved,
  staffBeingUpdated,
  staffChangingOwnPassword,
  staffChangingProfile,
  staffCreated,
  staffOwnPasswordChanged,
  staffPasswordBeingChanged,
  staffPasswordChanged,
  staffPasswordReset,
  staffProfileChanged,
  staffRemoved,
  staffReplacingToken,
  staffResettingPassword,
  staffSignedIn,
  staffSigningIn,
  staffSignInFailed,
  staffTokenReplaced,
  staffUpdated,
} from '#modules/staff/contract';
import { systemChangingSettings, systemSettingsChanged } from '#modules/system/contract';

/**
 * What this engine's events and hooks are called on the wire, and with which parameters (spec A14). Whoever listens to
 * `onAfterClientSignUp` hears it when a client signs up. Passwords are never among the parameters, whatever the contract
 * says. What it has no name for keeps its own; so do the events of modules of others, whose names are theirs to choose.
 */
export const wireEvents = (clients: ClientService | undefined, invoices?: InvoiceService): readonly Echo[] => [
  ...invoiceEvents(clients, invoices),
  echo(clientSigningUp, 'onBeforeClientSignUp', ({ ip, sent }) => ({ ...sent, ip })),
  echo(clientSignedUp, 'onAfterClientSignUp', async ({ clientId }, ctx) => {
    const client = await clients?.find(ctx, clientId);
    const { email, firstName: first_name = null, lastName: last_name = null } = client ?? {};
    return { id: clientId, email, first_name, last_name, ip: ctx.ip ?? null };
  }),
  echo(clientSigningIn, 'onBeforeClientLogin', ({ email, ip }) => ({ email, ip })),
  echo(clientSignInFailed, 'onEventClientLoginFailed', ({ email, ip }) => ({ email, ip })),
  echo(clientSignedIn, 'onAfterClientLogin', ({ clientId: id, ip }) => ({ id, ip })),
  echo(clientAskingReset, 'onBeforeGuestPasswordResetRequest', ({ email, sent }) => ({ ...sent, email })),
  echo(clientAskingReset, 'onBeforePasswordResetClient', nothing),
  echo(clientResettingPassword, 'onBeforeClientProfilePasswordReset', ({ hash }) => ({ hash })),
  echo(clientPasswordReset, 'onAfterClientProfilePasswordReset', ofClient),
  echo(clientChangingProfile, 'onBeforeClientProfileUpdate', ({ clientId: id, sent }) => ({ ...sent, id })),
  echo(clientProfileChanged, 'onAfterClientProfileUpdate', ofClient),
  echo(clientChangingOwnPassword, 'onBeforeClientProfilePasswordChange', ofClient),
  echo(clientOwnPasswordChanged, 'onAfterClientProfilePasswordChange', ofClient),
  echo(clientBeingCreated, 'onBeforeAdminCreateClient', ({ sent }) => ({ ...sent })),
  echo(clientBeingCreated, 'onBeforeAdminClientCreate', ({ sent }) => ({ ...sent })),
  echo(clientCreated, 'onAfterAdminCreateClient', ofClient),
  echo(clientCreated, 'onAfterAdminClientCreate', async ({ clientId }, ctx) => ({
    ...(await clients?.summaries(ctx, [clientId]))?.get(clientId),
  })),
  echo(clientBeingUpdated, 'onBeforeAdminClientUpdate', ({ clientId: id, sent }) => ({ ...sent, id })),
  echo(clientUpdated, 'onAfterAdminClientUpdate', ofClient),
  echo(clientBeingRemoved, 'onBeforeAdminClientDelete', ofClient),
  echo(clientRemoved, 'onAfterAdminClientDelete', ofClient),
  echo(clientPasswordBeingChanged, 'onBeforeAdminClientPasswordChange', ofClient),
  echo(clientPasswordChanged, 'onAfterAdminClientPasswordChange', ofClient),

  echo(staffSigningIn, 'onBeforeAdminLogin', ({ email, ip }) => ({ email, ip })),
  echo(staffSignInFailed, 'onEventAdminLoginFailed', ({ email, ip }) => ({ email, ip })),
  echo(staffSignedIn, 'onAfterAdminLogin', ({ staffId: id, ip }) => ({ id, ip })),
  echo(staffResettingPassword, 'onBeforePasswordResetStaff', nothing),
  echo(staffPasswordReset, 'onAfterPasswordResetStaff', ofStaff),
  echo(staffBeingCreated, 'onBeforeAdminStaffCreate', ({ sent }) => ({ ...sent })),
  echo(staffCreated, 'onAfterAdminStaffCreate', ofStaff),
  echo(staffBeingUpdated, 'onBeforeAdminStaffUpdate', ofStaff),
  echo(staffUpdated, 'onAfterAdminStaffUpdate', ofStaff),
  echo(staffBeingRemoved, 'onBeforeAdminStaffDelete', ofStaff),
  echo(staffRemoved, 'onAfterAdminStaffDelete', ofStaff),
  echo(staffPasswordBeingChanged, 'onBeforeAdminStaffPasswordChange', ofStaff),
  echo(staffPasswordChanged, 'onAfterAdminStaffPasswordChange', ofStaff),
  echo(staffChangingProfile, 'onBeforeAdminStaffProfileUpdate', ({ staffId: id, sent }) => ({ ...sent, id })),
  echo(staffProfileChanged, 'onAfterAdminStaffProfileUpdate', ofStaff),
  echo(staffChangingOwnPassword, 'onBeforeAdminStaffProfilePasswordChange', ofStaff),
  echo(staffOwnPasswordChanged, 'onAfterAdminStaffProfilePasswordChange', ofStaff),
  echo(staffReplacingToken, 'onBeforeAdminStaffApiKeyChange', ofStaff),
  echo(staffTokenReplaced, 'onAfterAdminStaffApiKeyChange', ofStaff),

  echo(systemChangingSettings, 'onBeforeAdminSettingsUpdate', ({ sent }) => ({ ...sent })),
  echo(systemSettingsChanged, 'onAfterAdminSettingsUpdate', nothing),
  echo(cronStarting, 'onBeforeAdminCronRun', nothing),
  echo(cronFinished, 'onAfterAdminCronRun', nothing),
  echo(currencyBeingRemoved, 'onBeforeAdminDeleteCurrency', ({ code }) => ({ code })),
  echo(currencyRemoved, 'onAfterAdminDeleteCurrency', ({ code }) => ({ code })),
  echo(notificationAdded, 'onAfterAdminNotificationAdd', ({ notificationId: id }) => ({ id })),

  // Extensions have no number here: their name is their id throughout.
  echo(extensionBeingActivated, 'onBeforeAdminActivateExtension', ofExtension),
  echo(extensionActivated, 'onAfterAdminActivateExtension', ofExtension),
  echo(extensionBeingDeactivated, 'onBeforeAdminDeactivateExtension', ofExtension),
  echo(extensionDeactivated, 'onAfterAdminDeactivateExtension', ofExtension),
  echo(extensionBeingUninstalled, 'onBeforeAdminUninstallExtension', ofExtension),
  echo(extensionUninstalled, 'onAfterAdminUninstallExtension', ofExtension),
  echo(configurationBeingSaved, 'onBeforeAdminExtensionConfigSave', ({ config }) => ({ ...config })),
  echo(configurationSaved, 'onAfterAdminExtensionConfigSave', ({ ext }) => ({ ext })),

  echo(cartAddingProduct, 'onBeforeProductAddedToCart', inCart),
  echo(cartProductAdded, 'onAfterProductAddedToCart', inCart),
  echo(cartCheckingOut, 'onBeforeClientCheckout', ({ ip, clientId: client_id, cartId: cart_id }) => ({
    ip,
    client_id,
    cart_id,
  })),
  echo(orderCheckedOut, 'onAfterClientOrderCreate', ({ ip = null, clientId: client_id, masterId: id }) => ({
    ip,
    client_id,
    id,
  })),
  echo(orderBeingCreated, 'onBeforeAdminOrderCreate', ({ sent }) => ({ ...sent })),
  echo(orderCreated, 'onAfterAdminOrderCreate', ofOrder),
  echo(orderBeingUpdated, 'onBeforeAdminOrderUpdate', ({ orderId: id, sent }) => ({ ...sent, id })),
  echo(orderUpdated, 'onAfterAdminOrderUpdate', ofOrder),
  echo(orderBeingActivated, 'onBeforeAdminOrderActivate', ofOrder),
  echo(orderActivated, 'onAfterAdminOrderActivate', ofOrder),
  echo(orderBeingRenewed, 'onBeforeAdminOrderRenew', ofOrder),
  echo(orderRenewed, 'onAfterAdminOrderRenew', ofOrder),
  echo(orderBeingSuspended, 'onBeforeAdminOrderSuspend', ofOrder),
  echo(orderSuspended, 'onAfterAdminOrderSuspend', ofOrder),
  echo(orderBeingUnsuspended, 'onBeforeAdminOrderUnsuspend', ofOrder),
  echo(orderUnsuspended, 'onAfterAdminOrderUnsuspend', ofOrder),
  echo(orderBeingCanceled, 'onBeforeAdminOrderCancel', ofOrder),
  echo(orderCanceled, 'onAfterAdminOrderCancel', ofOrder),
  echo(orderBeingUncanceled, 'onBeforeAdminOrderUncancel', ofOrder),
  echo(orderUncanceled, 'onAfterAdminOrderUncancel', ofOrder),
  echo(orderBeingRemoved, 'onBeforeAdminOrderDelete', ofOrder),
  echo(suspendingExpired, 'onBeforeAdminBatchSuspendOrders', nothing),
  echo(expiredSuspended, 'onAfterAdminBatchSuspendOrders', nothing),
  echo(sendingSuspensionWarnings, 'onBeforeAdminBatchSendSuspensionWarnings', nothing),
  echo(suspensionWarningsSent, 'onAfterAdminBatchSendSuspensionWarnings', nothing),
  echo(cancelingSuspended, 'onBeforeAdminBatchCancelSuspendedOrders', nothing),
  echo(suspendedCanceled, 'onAfterAdminBatchCancelSuspendedOrders', nothing),
  echo(cancelingUnpaid, 'onBeforeAdminBatchCancelUnpaidOrders', nothing),
  echo(unpaidCanceled, 'onAfterAdminBatchCancelUnpaidOrders', nothing),
  echo(orderRemoved, 'onAfterAdminOrderDelete', ofOrder),
];

interface AddedToCart {
  readonly cartId: number;
  readonly productId: number;
  readonly sent: Readonly<Record<string, unknown>>;
}
/** Those about money (invoicing spec 16). */
function invoiceEvents(clients: ClientService | undefined, invoices: InvoiceService | undefined): readonly Echo[] {
  const show = async (ctx: Context, id: number): Promise<Record<string, unknown>> => {
    const [shown] = invoices === undefined ? [] : await invoices.show(ctx, [await invoices.get(ctx, id)]);
    return { ...shown };
  };
  const showWithBilling = async (ctx: Context, id: number): Promise<Record<string, unknown>> => {
    const shown = await show(ctx, id);
    const clientId = Number(shown['client_id'] ?? 0);
    const client = clientId === 0 ? undefined : await clients?.find(ctx, clientId);
    if (client === undefined) return shown;
    return { ...shown, client: { ...(shown['client'] as object), billing_email: client.billingEmail ?? null } };
  };
  return [
    echo(invoiceBeingApproved, 'onBeforeAdminInvoiceApprove', ({ invoiceId }, ctx) => show(ctx, invoiceId)),
    echo(invoiceApproved, 'onAfterAdminInvoiceApprove', ({ invoiceId }, ctx) => showWithBilling(ctx, invoiceId)),
    echo(invoicePaid, 'onAfterAdminInvoicePaymentReceived', ofInvoice),
    echo(invoiceBeingRefunded, 'onBeforeAdminInvoiceRefund', ({ invoiceId }, ctx) => show(ctx, invoiceId)),
    echo(invoiceRefunded, 'onAfterAdminInvoiceRefund', ofInvoice),
    echo(invoiceBeingUpdated, 'onBeforeAdminInvoiceUpdate', ({ sent }) => sent),
    echo(invoiceBeingReminded, 'onBeforeAdminInvoiceSendReminder', ofInvoice),
    echo(invoicesBeingReminded, 'onBeforeAdminInvoiceSendReminders', () => ({})),
    echo(renewalBeingInvoiced, 'onBeforeAdminGenerateRenewalInvoice', ({ orderId }) => ({ order_id: orderId })),
    echo(renewalInvoiced, 'onAfterAdminGenerateRenewalInvoice', ({ orderId, invoiceId }) => ({
      order_id: orderId,
      id: invoiceId,
    })),
    echo(invoiceUpdated, 'onAfterAdminInvoiceUpdate', ({ invoiceId }, ctx) => show(ctx, invoiceId)),
    echo(invoiceBeingRemoved, 'onBeforeAdminInvoiceDelete', ofInvoice),
    echo(invoiceRemoved, 'onAfterAdminInvoiceDelete', ofInvoice),
    echo(invoiceReminded, 'onAfterAdminInvoiceReminderSent', ofInvoice),
    echo(invoiceDueSoon, 'onEventBeforeInvoiceIsDue', async ({ invoiceId: id, days }, ctx) => ({
      id,
      days_left: days,
      reminder_intervals: (await invoices?.reminderDays(ctx))?.before ?? [],
    })),
    echo(invoiceDueSoon, 'onAfterAdminInvoiceReminderSent', ofInvoice),
    echo(invoiceOverdue, 'onEventAfterInvoiceIsDue', async ({ invoiceId: id, days }, ctx) => ({
      id,
      days_passed: days,
      reminder_intervals: (await invoices?.reminderDays(ctx))?.after ?? [],
    })),
    echo(transactionBeingCreated, 'onBeforeAdminTransactionCreate', ({ sent }) => ({ ...sent })),
    echo(transactionCreated, 'onAfterAdminTransactionCreate', ofTransaction),
    echo(transactionBeingUpdated, 'onBeforeAdminTransactionUpdate', ofTransaction),
    echo(transactionUpdated, 'onAfterAdminTransactionUpdate', ofTransaction),
    echo(transactionBeingProcessed, 'onBeforeAdminTransactionProcess', ofTransaction),
    echo(transactionProcessed, 'onAfterAdminTransactionProcess', ofTransaction),
    echo(subscriptionCreated, 'onAfterAdminSubscriptionCreate', ofSubscription),
    echo(subscriptionRemoved, 'onAfterAdminSubscriptionDelete', ofSubscription),
  ];
}

function ofInvoice({ invoiceId: id }: { readonly invoiceId: number }) {
  return { id };
}
function ofTransaction({ transactionId: id }: { readonly transactionId: number }) {
  return { id };
}
function ofSubscription({ subscriptionId: id }: { readonly subscriptionId: number }) {
  return { id };
}

function nothing(): Record<string, unknown> {
  return {};
}
function ofClient({ clientId: id }: { readonly clientId: number }) {
  return { id };
}
function ofStaff({ staffId: id }: { readonly staffId: number }) {
  return { id };
}
function inCart({ cartId: cart_id, productId: product_id, sent }: AddedToCart) {
  return { ...sent, cart_id, product_id };
}
function ofOrder({ orderId: id }: { readonly orderId: number }) {
  return { id };
}
function ofExtension({ name: id, type }: { readonly name: string; readonly type: string }) {
  return { id, type };
}

/**
 * Whether an event may be called from outside. Our own are facts, told with the change they tell of: whoever could call
 * `invoice.paid` would be believed. An event in the words of the contract, `onSomething`, promises nothing.
 */
export const mayBeCalled = (event: string): boolean => /^on[A-Z]\w*$/.test(event);
