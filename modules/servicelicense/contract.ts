import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { defineEvent, defineHook } from '#core/event';
import { defineSocket } from '#core/plugin';
import type { Settings } from '#core/product';
import { Id } from '#core/schema';

/** All that other modules may see of licences. */

/** How licence keys are made, and what else is asked of a check: `plugins: [plug(licensePlugin, { … })]`. */
export interface LicensePlugin {
  /** As staff choose it: the field `plugin` of a product's configuration. */
  readonly name: string;
  /** Makes a key of the order's configuration. Called again while the key is taken. */
  generate(config: Settings): string;
  /** Asked last. What it returns joins the answer; an AppError refuses. Called on every check, so it had better be quick. */
  validate?(ctx: Context, license: CheckedLicense, sent: Settings): Promise<Settings | undefined>;
  /** Numbers of its refusals by their codes; without one a refusal is 9999. */
  readonly errorNumbers?: Readonly<Record<string, number>>;
}

export interface CheckedLicense {
  readonly orderId: number;
  readonly clientId: number;
  readonly expiresAt: Date | undefined;
}

export const licensePlugin = defineSocket<LicensePlugin>('servicelicense.plugin');

const Ids = Type.Object({ id: Id, orderId: Id, clientId: Id });
const Values = Type.Array(Type.String());
/** Asked before a licence forgets where it was used. */
export const licenseBeingReset = defineHook(
  'servicelicense.being_reset',
  Type.Object({ ...Ids.properties, ips: Values, hosts: Values, paths: Values, versions: Values }),
);
export const licenseReset = defineEvent('servicelicense.reset', Ids);
