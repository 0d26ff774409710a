import { Type, type Static } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import { Id, Text } from '#core/schema';
import type { Which } from '../service.ts';

/** By order or by key; the order wins (commerce spec 9.1). */
export const ResetInput = Type.Object({ order_id: Type.Optional(Id), key: Type.Optional(Text({ maxLength: 4096 })) });

export function whichKey({ order_id, key }: Static<typeof ResetInput>): Which {
  if (order_id !== undefined) return { orderId: order_id };
  if (key !== undefined && key !== '') return { key };
  const message = 'You must provide either the API key or API key order ID in order to reset it.';
  throw invalidInput('serviceapikey.which', message);
}
