import { Type, type Static } from '@sinclair/typebox';
import { textOf } from '../body.ts';
import type { Started } from '../order/start.ts';
import { METHODS, type PayMethod } from '../rules.ts';

/** A payment that was begun, as donations and purchases answer it (spec 4.5). */
export const StartedData = Type.Object({
  order_id: Type.Integer(),
  order_check_token: Type.String(),
  link: Type.String(),
  qrcode: Type.String(),
  tips: Type.String(),
  check_url: Type.String(),
});

export const presentStarted = (
  { orderId, token, link, qrcode, tips }: Started,
  baseUrl: string,
): Static<typeof StartedData> => ({
  order_id: orderId,
  order_check_token: token,
  link,
  qrcode,
  tips,
  check_url: `${baseUrl}api/v2/order/check?order_id=${orderId}&order_check_token=${encodeURIComponent(token)}`,
});

/** In exact lower case. */
export function methodOf(value: unknown): PayMethod | undefined {
  const text = textOf(value);
  return METHODS.find((method) => method === text);
}
