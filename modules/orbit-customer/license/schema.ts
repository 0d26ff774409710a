import { Type, type Static } from '@sinclair/typebox';
import type { OrderStatus } from '#core/product';
import { Or } from '#core/schema';
import { time, timeOrNull } from '../format.ts';
import type { Location } from '../location/repository.ts';
import type { Shown, ShownIp } from './service.ts';

export const LocationView = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  urls: Type.Array(Type.String()),
  code: Type.String(),
});
export const presentLocation = ({ id, name, urls, code }: Location): Static<typeof LocationView> => ({
  id,
  name,
  urls: [...urls],
  code,
});

export const LicenseStatus = Type.Union(
  ['pending', 'active', 'suspended', 'canceled', 'failed'].map((status) => Type.Literal(status)),
);

export const LicenseView = Type.Object({
  license_key: Type.String(),
  issued_date: Or(Type.String()),
  renewal_date: Or(Type.String()),
  status: LicenseStatus,
  allowed_locations: Type.Array(LocationView),
  product_name: Type.String(),
  id: Type.String(),
  slug: Type.String(),
  auto_renewal: Type.Boolean(),
  auth_mode: Type.String(),
  billing_period: Or(Type.String()),
  domains: Type.Array(Type.String()),
  devnet_domains: Type.Array(Type.String()),
});

const STATUS: Readonly<Record<OrderStatus, string>> = {
  pending_setup: 'pending',
  active: 'active',
  suspended: 'suspended',
  canceled: 'canceled',
  failed_setup: 'failed',
  failed_renew: 'active',
};
export const licenseStatus = (status: OrderStatus): string => STATUS[status];

/** Names of the wire for the periods of plans (spec 14.1). */
export const PERIODS = {
  monthly: { code: '1M', months: 1 },
  quarterly: { code: '3M', months: 3 },
  'semi-annual': { code: '6M', months: 6 },
  annual: { code: '1Y', months: 12 },
} as const;
export type PeriodName = keyof typeof PERIODS;
export const PERIOD_NAMES = Object.keys(PERIODS) as PeriodName[];

export const periodName = (code: string | undefined): string | null =>
  PERIOD_NAMES.find((name) => PERIODS[name].code === code) ?? code ?? null;

export const presentLicense = ({ license, key, locations }: Shown) => ({
  license_key: key,
  issued_date: timeOrNull(license.issuedAt),
  renewal_date: timeOrNull(license.expiresAt),
  status: licenseStatus(license.status),
  allowed_locations: locations.map(presentLocation),
  product_name: license.productName,
  id: String(license.id),
  slug: license.slug ?? '',
  auto_renewal: license.isAutoRenewed,
  auth_mode: license.authMode,
  billing_period: periodName(license.period),
  domains: [...license.domains.mainnet],
  devnet_domains: [...license.domains.devnet],
});

export const IpView = Type.Object({
  id: Type.Integer(),
  ip_address: Type.String(),
  location_id: Type.Integer(),
  location: Or(LocationView),
  expires_at: Or(Type.String()),
  created_at: Type.String(),
});
export const presentIp = ({ entry, location }: ShownIp): Static<typeof IpView> => ({
  id: entry.id,
  ip_address: entry.address,
  location_id: entry.locationId,
  location: location === undefined ? null : presentLocation(location),
  expires_at: timeOrNull(entry.expiresAt),
  created_at: time(entry.createdAt),
});

/** Short forms within orders and invoices. */
export const LicenseRef = Type.Object({
  key: Type.String(),
  slug: Type.String(),
  status: LicenseStatus,
  renewal_date: Or(Type.String()),
});
export const presentRef = ({ license, key }: Shown): Static<typeof LicenseRef> => ({
  key,
  slug: license.slug ?? '',
  status: licenseStatus(license.status),
  renewal_date: timeOrNull(license.expiresAt),
});
