import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Anything, Id, PageOf, Paging, required, Text } from '#core/schema';
import { promoFields, toPromoFields } from '../promo/input.ts';
import { presentPromo, presentWithUsage, PromoView, PromoWithUsageView } from '../promo/schema.ts';
import type { Promos } from '../promo/service.ts';
import { presentRedemption, RedemptionView } from '../redemption/schema.ts';
import { filterText, pageOf, pageRequest } from './list.ts';

const PromoId = required('Promo ID was not passed', Id);
const Code = Text({ maxLength: 100 });
const Kind = Text({ maxLength: 30, description: '`percentage` or `absolute`; any other gives no discount.' });

export const promoApi = (promos: Promos, timeZone: string) => ({
  promo_get_list: adminEndpoint({
    summary: 'List promos.',
    permission: 'view',
    input: Type.Object({
      id: Type.Optional(Id),
      search: Type.Optional(Text({ description: 'In the code.' })),
      status: Type.Optional(Text({ description: 'active, not-started or expired' })),
      ...Paging,
    }),
    output: PageOf(PromoView),
    handle: async (ctx, { id, search, status, ...page }) =>
      pageOf(
        await promos.list(ctx, { id: id || undefined, search: filterText(search), status }, pageRequest(page)),
        presentPromo,
      ),
  }),

  promo_get: adminEndpoint({
    summary: 'Get a promo and how often it was used.',
    permission: 'view',
    input: Type.Object({ id: PromoId }),
    output: PromoWithUsageView,
    handle: async (ctx, { id }) => presentWithUsage(await promos.show(ctx, id)),
  }),

  promo_create: adminEndpoint({
    summary: 'Make a promo.',
    permission: 'manage_promos',
    input: Type.Object({
      code: required('Promo code is missing', Code),
      type: required('Promo type is missing', Kind),
      value: required('Promo value is missing', Anything()),
      ...promoFields,
    }),
    output: Type.Integer(),
    handle: async (ctx, { used: _, ...input }) => promos.create(ctx, toPromoFields(input, timeZone)),
  }),

  promo_update: adminEndpoint({
    summary: 'Change a promo.',
    permission: 'manage_promos',
    input: Type.Object({
      id: PromoId,
      code: Type.Optional(Code),
      type: Type.Optional(Kind),
      value: Type.Optional(Anything()),
      ...promoFields,
    }),
    output: Done,
    handle: (ctx, { id, ...input }) => done(promos.update(ctx, id, toPromoFields(input, timeZone))),
  }),

  promo_duplicate: adminEndpoint({
    summary: 'Make an inactive, unused copy of a promo.',
    permission: 'manage_promos',
    input: Type.Object({ id: PromoId }),
    output: Type.Integer(),
    handle: (ctx, { id }) => promos.duplicate(ctx, id),
  }),

  promo_delete: adminEndpoint({
    summary: 'Delete a promo that was never redeemed.',
    permission: 'manage_promos',
    input: Type.Object({ id: PromoId }),
    output: Done,
    handle: (ctx, { id }) => done(promos.remove(ctx, id)),
  }),

  promo_redemption_get_list: adminEndpoint({
    summary: 'List what a promo was used for, the latest first.',
    permission: 'view',
    input: Type.Object({
      promo_id: required('Promo ID is missing', Id),
      client_id: Type.Optional(Id),
      client_order_id: Type.Optional(Id),
      phase: Type.Optional(Text({ description: 'checkout or renewal' })),
      status: Type.Optional(Text({ description: 'reserved, committed or released' })),
      ...Paging,
    }),
    output: PageOf(RedemptionView),
    handle: async (ctx, { promo_id: promoId, client_id, client_order_id, phase, status, ...page }) =>
      pageOf(
        await promos.listRedemptions(
          ctx,
          {
            promoId,
            clientId: client_id || undefined,
            orderId: client_order_id || undefined,
            phase: filterText(phase),
            status: filterText(status),
          },
          pageRequest(page),
        ),
        presentRedemption,
      ),
  }),
});
