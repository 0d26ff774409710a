import { Type, type Static } from '@sinclair/typebox';
import { toNumber } from '#core/money';
import { DateTime, Or } from '#core/schema';
import type { ShownRedemption } from '../promo/service.ts';

const Reference = Or(Type.Integer());
const NullableText = Or(Type.String());

export const RedemptionView = Type.Object({
  id: Type.Integer(),
  promo_id: Type.Integer(),
  client_id: Reference,
  client_order_id: Reference,
  invoice_id: Reference,
  phase: Type.String(),
  status: Type.String(),
  discount_amount: Type.Number(),
  currency: Type.String(),
  committed_at: Or(DateTime),
  released_at: Or(DateTime),
  release_reason: NullableText,
  created_at: DateTime,
  updated_at: DateTime,
  client: Or(
    Type.Object({ id: Type.Integer(), first_name: NullableText, last_name: NullableText, email: NullableText }),
  ),
  order: Or(Type.Object({ id: Type.Integer(), title: NullableText, created_at: Or(DateTime) })),
  invoice: Or(
    Type.Object({ id: Type.Integer(), serie_nr: NullableText, status: NullableText, created_at: Or(DateTime) }),
  ),
});

/** Of a client, order or invoice that is gone only the id is known. */
export const presentRedemption = (shown: ShownRedemption): Static<typeof RedemptionView> => {
  const { redemption, client, order, invoice } = shown;
  return {
    id: redemption.id,
    promo_id: redemption.promoId,
    client_id: redemption.clientId ?? null,
    client_order_id: redemption.orderId ?? null,
    invoice_id: redemption.invoiceId ?? null,
    phase: redemption.phase,
    status: redemption.status,
    discount_amount: toNumber(redemption.discount),
    currency: redemption.discount.currency,
    committed_at: redemption.committedAt ?? null,
    released_at: redemption.releasedAt ?? null,
    release_reason: redemption.releaseReason ?? null,
    created_at: redemption.createdAt,
    updated_at: redemption.updatedAt,
    client:
      redemption.clientId === undefined
        ? null
        : {
            id: redemption.clientId,
            first_name: client?.first_name ?? null,
            last_name: client?.last_name ?? null,
            email: client?.email ?? null,
          },
    order:
      redemption.orderId === undefined
        ? null
        : { id: redemption.orderId, title: order?.title ?? null, created_at: order?.createdAt ?? null },
    invoice:
      redemption.invoiceId === undefined
        ? null
        : {
            id: redemption.invoiceId,
            serie_nr: invoice?.number ?? null,
            status: invoice?.status ?? null,
            created_at: invoice?.createdAt ?? null,
          },
  };
};
