import type { Context } from '#core/context';
import { defineService } from '#core/service';

/** All that other modules may see of licences. */

/** Where a licence key is used from. */
export interface LicenseUse {
  readonly ip?: string | undefined;
  /** Host name of the page that calls. */
  readonly domain?: string | undefined;
  readonly network?: 'mainnet' | 'devnet';
  readonly locationId?: number | undefined;
}

export interface LicenseService {
  /** Whether a licence key may be used from there now: status, expiry, authentication mode and lists count. */
  isUsable(ctx: Context, key: string, use: LicenseUse): Promise<boolean>;
}

export const licenseService = defineService<LicenseService>('orbit-customer');
