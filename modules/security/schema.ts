import { Type, type Static } from '@sinclair/typebox';
import { SECOND } from '#core/clock';
import type { Limited } from '#core/http/limit';
import { Or } from '#core/schema';
import type { Check, NamedOutcome, Outcome } from './checks.ts';
import type { Address } from './lookup.ts';

/** Country and network are maps where somebody knows them; nobody does here. */
export const AddressView = Type.Object({
  ip: Type.Object({ address: Type.String(), type: Type.String() }),
  country: Type.Array(Type.Never()),
  asn: Type.Array(Type.Never()),
});
export const presentAddress = (ip: Address): Static<typeof AddressView> => ({ ip: { ...ip }, country: [], asn: [] });

export const CheckView = Type.Object({ id: Type.String(), name: Type.String(), description: Type.String() });
export const presentCheck = ({ id, name, description }: Check): Static<typeof CheckView> => ({ id, name, description });

export const OutcomeView = Type.Object({ result: Type.String(), message: Type.String(), id: Type.String() });
export const presentOutcome = ({ result, message, id }: Outcome): Static<typeof OutcomeView> => ({
  result,
  message,
  id,
});

export const NamedOutcomeView = Type.Object({ ...OutcomeView.properties, name: Type.String() });
export const presentNamedOutcome = (outcome: NamedOutcome): Static<typeof NamedOutcomeView> => ({
  ...presentOutcome(outcome),
  name: outcome.name,
});

export const LimitedView = Type.Object({
  policy: Type.String(),
  ip: Type.String(),
  last_seen: Type.String(),
  limit: Type.Integer(),
  remaining: Type.Integer(),
  limited: Type.Literal(true),
  retry_after: Type.String(),
  retry_after_seconds: Type.Integer(),
});
export const presentLimited = (one: Limited): Static<typeof LimitedView> => ({
  policy: one.policy,
  ip: one.subject,
  last_seen: isoTime(one.lastSeenAt),
  limit: one.limit,
  remaining: 0,
  limited: true,
  retry_after: isoTime(one.retryAt),
  retry_after_seconds: Math.ceil(one.waitMs / SECOND),
});

/** Whole seconds, as PHP writes them. */
const isoTime = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, '+00:00');

export const ResetView = Type.Object({ ip: Type.String(), policy: Or(Type.String()), removed: Type.Integer() });
