import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import type { SettingStore } from '#core/settings';
import type { RenewalLogic } from './expiry.ts';

/** What staff set for orders, kept under `mod_order` (commerce spec 12). */
export const OrderSettings = Type.Object({
  order_renewal_logic: Type.Union(
    [Type.Literal('from_expiration_date'), Type.Literal('from_today'), Type.Literal('from_greater')],
    {
      default: 'from_expiration_date',
    },
  ),
});

export const renewalLogic =
  (settings: SettingStore) =>
  async (ctx: Context): Promise<RenewalLogic> => {
    const { order_renewal_logic: chosen } = await settings.config(ctx, 'mod_order');
    return chosen === 'from_today' || chosen === 'from_greater' ? chosen : 'from_expiration_date';
  };
