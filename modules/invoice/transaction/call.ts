import { createHash } from 'node:crypto';
import { invalidInput } from '#core/error';
import type { KeptCall } from './repository.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface SentCall {
  readonly get: Fields | null;
  readonly post: Fields | null;
  readonly raw: string | null;
  readonly server: Fields | null;
}

/** A body of the largest size as it came and as it was read. */
const LONGEST = 262_144;

/** What is kept of a call: never cookies or credentials, whoever sends them. */
export function keptCall({ get, post, raw, server }: SentCall, source: KeptCall['source']): KeptCall {
  const kept = { source, get, post, raw, server: server && withoutCredentials(server) };
  if (JSON.stringify(kept).length > LONGEST)
    throw invalidInput('transaction.too_large', 'The transaction carries more than 256 KiB.');
  return kept;
}

const withoutCredentials = (server: Fields): Fields =>
  Object.fromEntries(
    Object.entries(server).filter(
      ([name]) => !/cookie|authorization|php_auth|session|token|secret|password/i.test(name),
    ),
  );

/** The same words, whatever carried them: body and query, with the keys in order. */
export const callHashOf = ({ source, get, post, raw }: KeptCall): string =>
  createHash('sha256')
    .update(JSON.stringify(sorted({ source, get, post, raw })))
    .digest('hex');

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
}
