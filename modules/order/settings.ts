import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import type { SettingStore } from '#core/settings';
import { Flag, Int, isTruthy, Text } from '#core/schema';
import type { RenewalLogic } from './expiry.ts';

/** What staff set for orders, kept under `mod_order` (commerce spec 12). */
export const OrderSettings = Type.Object({
  order_renewal_logic: Type.Union(
    [Type.Literal('from_expiration_date'), Type.Literal('from_today'), Type.Literal('from_greater')],
    { default: 'from_expiration_date' },
  ),
  show_addons: Flag(),
  suspend_reason_list: Text({ default: '', description: 'Reasons to choose from, one a line.' }),
  batch_suspend_reason: Text({ default: '' }),
  batch_cancel_suspended: Flag(),
  batch_cancel_suspended_after_days: Int({ minimum: 0, default: 7 }),
  batch_cancel_suspended_reason: Text({ default: '' }),
  batch_cancel_unpaid: Flag(),
  batch_cancel_unpaid_after_days: Int({ minimum: 0, default: 7 }),
});

export interface OrderRules {
  readonly renewalLogic: RenewalLogic;
  readonly showsAddons: boolean;
  readonly suspendReason: string | undefined;
  /** Undefined: switched off. */
  readonly cancelSuspendedAfterDays: number | undefined;
  readonly cancelSuspendedReason: string | undefined;
  /** Undefined: switched off. */
  readonly cancelUnpaidAfterDays: number | undefined;
}

export type ReadRules = (ctx: Context) => Promise<OrderRules>;

/** The configuration is stored as it was sent, so each part of it may be anything. */
export const createRules =
  (settings: SettingStore): ReadRules =>
  async (ctx) => {
    const config = await settings.config(ctx, 'mod_order');
    const logic = config['order_renewal_logic'];
    const days = (name: string) => (isTruthy(config[name]) ? daysOf(config[`${name}_after_days`]) : undefined);
    return {
      renewalLogic: logic === 'from_today' || logic === 'from_greater' ? logic : 'from_expiration_date',
      showsAddons: isTruthy(config['show_addons']),
      suspendReason: textOf(config['batch_suspend_reason']),
      cancelSuspendedAfterDays: days('batch_cancel_suspended'),
      cancelSuspendedReason: textOf(config['batch_cancel_suspended_reason']),
      cancelUnpaidAfterDays: days('batch_cancel_unpaid'),
    };
  };

/** A setting of the whole shop: so many calendar days before its end an order is invoiced again. */
export async function daysBeforeRenewal(settings: SettingStore, ctx: Context): Promise<number> {
  const days = Number((await settings.param(ctx, 'invoice_issue_days_before_expire')) || Number.NaN);
  return Number.isInteger(days) && days >= 0 ? days : 14;
}

const DEFAULT_DAYS = 7;

function daysOf(value: unknown): number {
  const days = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof days === 'number' && days >= 0 ? Math.trunc(days) : DEFAULT_DAYS;
}

/** As long as a reason may be. */
const LONGEST = 255;

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.trim().slice(0, LONGEST) || undefined : undefined;
