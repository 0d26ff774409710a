/** Deeper than this nothing is copied. */
export const DEEPEST = 8;

/** A copy without methods, prototypes and hidden parts. What a letter names but does not know is null, which is no mistake. */
export function plain(value: unknown, depth = 0): unknown {
  if (value === undefined || value === null || depth > DEEPEST) return null;
  if (value instanceof Date) return new Date(value);
  if (Array.isArray(value)) return value.map((one) => plain(one, depth + 1));
  if (value instanceof Map) return plain(Object.fromEntries(value), depth);
  if (typeof value === 'object') return mapOf(value, (one) => plain(one, depth + 1));
  return ['string', 'number', 'boolean', 'bigint'].includes(typeof value) ? value : null;
}

/** Without a prototype, so that no name is there that was not given. */
export const mapOf = (value: object, change: (one: unknown, name: string) => unknown): Record<string, unknown> =>
  Object.assign(
    Object.create(null) as Record<string, unknown>,
    Object.fromEntries(
      Object.entries(value)
        .filter(([name]) => !['__proto__', 'constructor', 'prototype'].includes(name))
        .map(([name, one]) => [name, change(one, name)]),
    ),
  );
