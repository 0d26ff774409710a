import { Type } from '@sinclair/typebox';
import type { Settings } from '#core/product';
import { Flag, Int, List, Text } from '#core/schema';
import type { Location } from '../location/repository.ts';
import type { Terms } from './repository.ts';

export const TYPE = 'orbit';

/** What staff set on a plan; further parameters are features as well. */
export const PlanShape = Type.Object(
  {
    rps: Type.Optional(Int({ minimum: 0, description: 'Requests a second.' })),
    tps: Type.Optional(Int({ minimum: 0, description: 'Transactions a second.' })),
    grpc: Flag(),
    locations: Type.Optional(List(Text(), { description: 'Codes of the locations a licence may use; none is all.' })),
    ip_limit: Type.Optional(Int({ minimum: 0, description: 'Whitelisted addresses at most; none is any number.' })),
  },
  { additionalProperties: true },
);

/** What of a configuration describes the plan to people; the rest says how it works. */
const INNER = ['locations', 'period', 'quantity', 'action', 'id', 'form_id', 'addons', 'multiple'];

export const featuresOf = (config: Settings): Record<string, unknown> =>
  Object.fromEntries(Object.entries(config).filter(([name]) => !INNER.includes(name)));

/** Codes and ids as forms send them: a list, or one text with commas. */
export function termsOf(config: Settings, known: readonly Location[]): Terms {
  const sent = config['locations'];
  const wanted = (typeof sent === 'string' ? sent.split(',') : Array.isArray(sent) ? (sent as unknown[]) : [])
    .map((one) => String(one).trim().toLowerCase())
    .filter((one) => one !== '');
  const chosen = known.filter(({ id, code }) => wanted.includes(code) || wanted.includes(String(id)));
  return {
    locationIds: wanted.length === 0 ? undefined : chosen.map(({ id }) => id),
    ipLimit: limitIn(config['ip_limit']),
  };
}

export function limitIn(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined;
}
