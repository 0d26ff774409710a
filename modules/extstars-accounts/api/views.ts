import { Type, type Static } from '@sinclair/typebox';
import { DateTime, Or } from '#core/schema';
import type { Activation } from '../activation/row.ts';
import type { App } from '../app/service.ts';
import { AppSettingsView } from '../app/settings.ts';
import type { Callback } from '../callback/repository.ts';
import type { ShownCode } from '../code/service.ts';
import type { Donation } from '../donation/repository.ts';
import { sumText } from '../order/amount.ts';
import type { Order } from '../order/repository.ts';
import type { Release } from '../release/repository.ts';

/** The wire shapes of staff and clients, each with what fills it. */

export const AppView = Type.Object({
  app_id: Type.Integer(),
  name: Type.String(),
  product_id: Or(Type.Integer()),
  enabled: Type.Boolean(),
  currency: Type.String(),
  sign_key: Type.String(),
  ...AppSettingsView.properties,
  created_at: DateTime,
  updated_at: DateTime,
});
export const presentApp = (app: App): Static<typeof AppView> => ({
  app_id: app.appId,
  name: app.name,
  product_id: app.productId ?? null,
  enabled: app.isEnabled,
  currency: app.currency,
  sign_key: app.signKey,
  ...app.settings,
  created_at: app.createdAt,
  updated_at: app.updatedAt,
});

export const CodeView = Type.Object({
  id: Type.Integer(),
  app_id: Type.Integer(),
  order_id: Or(Type.Integer()),
  code: Type.String(),
  destination: Type.String(),
  max_activations: Type.Integer(),
  live_activations: Type.Integer(),
  starts_at: Or(DateTime),
  expires_at: Or(DateTime),
  status: Type.String(),
  created_at: DateTime,
});
export const presentCode = (code: ShownCode): Static<typeof CodeView> => ({
  id: code.id,
  app_id: code.appId,
  order_id: code.orderId ?? null,
  code: code.code,
  destination: code.destination,
  max_activations: code.maxActivations,
  live_activations: code.liveActivations,
  starts_at: code.startsAt ?? null,
  expires_at: code.expiresAt ?? null,
  status: code.standing,
  created_at: code.createdAt,
});

export const StaffCodeView = Type.Object({
  ...CodeView.properties,
  client_id: Or(Type.Integer()),
  allow_deactivate: Or(Type.Boolean()),
  batch: Or(Type.String()),
  note: Or(Type.String()),
});
export const presentStaffCode = (code: ShownCode): Static<typeof StaffCodeView> => ({
  ...presentCode(code),
  client_id: code.clientId ?? null,
  allow_deactivate: code.allowsDeactivate ?? null,
  batch: code.batch ?? null,
  note: code.note ?? null,
});

export const ActivationView = Type.Object({
  id: Type.Integer(),
  code_id: Type.Integer(),
  device_id: Type.String(),
  device_info: Type.String(),
  active_order: Type.Integer(),
  live: Type.Boolean(),
  activated_at: DateTime,
  released_at: Or(DateTime),
  released_by: Or(Type.String()),
  last_check_at: Or(DateTime),
});
export const presentActivation = (activation: Activation): Static<typeof ActivationView> => ({
  id: activation.id,
  code_id: activation.codeId,
  device_id: activation.deviceId,
  device_info: activation.deviceInfo,
  active_order: activation.activeOrder,
  live: activation.isLive,
  activated_at: activation.activatedAt,
  released_at: activation.releasedAt ?? null,
  released_by: activation.releasedBy ?? null,
  last_check_at: activation.lastCheckAt ?? null,
});

export const StaffActivationView = Type.Object({
  ...ActivationView.properties,
  app_id: Type.Integer(),
  ip: Or(Type.String()),
});
export const presentStaffActivation = (activation: Activation): Static<typeof StaffActivationView> => ({
  ...presentActivation(activation),
  app_id: activation.appId,
  ip: activation.ip ?? null,
});

export const ReleaseView = Type.Object({
  id: Type.Integer(),
  app_id: Type.Integer(),
  build_version: Type.Integer(),
  version_code: Type.String(),
  download_size: Type.Integer(),
  download_url: Type.String(),
  update_description: Type.String(),
  published: Type.Boolean(),
  created_at: DateTime,
  updated_at: DateTime,
});
export const presentRelease = (release: Release): Static<typeof ReleaseView> => ({
  id: release.id,
  app_id: release.appId,
  build_version: release.buildVersion,
  version_code: release.versionCode,
  download_size: release.downloadSize,
  download_url: release.downloadUrl,
  update_description: release.description,
  published: release.isPublished,
  created_at: release.createdAt,
  updated_at: release.updatedAt,
});

export const DonationView = Type.Object({
  id: Type.Integer(),
  app_id: Type.Integer(),
  order_id: Type.Integer(),
  user_name: Type.String(),
  user_link: Type.String(),
  amount: Type.String(),
  currency: Type.String(),
  hidden: Type.Boolean(),
  created_at: DateTime,
});
export const presentDonation = (donation: Donation): Static<typeof DonationView> => ({
  id: donation.id,
  app_id: donation.appId,
  order_id: donation.orderId,
  user_name: donation.userName,
  user_link: donation.userLink,
  amount: sumText(donation.money),
  currency: donation.money.currency,
  hidden: donation.isHidden,
  created_at: donation.paidAt,
});

export const OrderView = Type.Object({
  id: Type.Integer(),
  app_id: Type.Integer(),
  kind: Type.String(),
  quantity: Type.Integer(),
  money: Type.String(),
  currency: Type.String(),
  pay_method: Type.String(),
  test: Type.Boolean(),
  status: Type.String(),
  user_email: Type.String(),
  user_name: Type.String(),
  client_id: Or(Type.Integer()),
  invoice_id: Or(Type.Integer()),
  created_at: DateTime,
  paid_at: Or(DateTime),
  delivered_at: Or(DateTime),
  callback: Or(
    Type.Object({
      attempts: Type.Integer(),
      next_at: Or(DateTime),
      delivered_at: Or(DateTime),
      failed_at: Or(DateTime),
      error: Or(Type.String()),
    }),
  ),
});
export const presentOrder = (order: Order, callback: Callback | undefined): Static<typeof OrderView> => ({
  id: order.id,
  app_id: order.appId,
  kind: order.kind,
  quantity: order.quantity,
  money: sumText(order.money),
  currency: order.money.currency,
  pay_method: order.payMethod,
  test: order.isTest,
  status: order.status,
  user_email: order.userEmail,
  user_name: order.userName,
  client_id: order.clientId ?? null,
  invoice_id: order.invoiceId ?? null,
  created_at: order.createdAt,
  paid_at: order.paidAt ?? null,
  delivered_at: order.deliveredAt ?? null,
  callback:
    callback === undefined
      ? null
      : {
          attempts: callback.attempts,
          next_at: callback.nextAt ?? null,
          delivered_at: callback.deliveredAt ?? null,
          failed_at: callback.failedAt ?? null,
          error: callback.lastError ?? null,
        },
});
