import type { Settings } from '#core/product';

/** PHP writes an empty map as []; what is no map at all is nothing. */
export function mapOf(value: unknown): Settings | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value)
    ? Object.fromEntries(value.map((item, index) => [String(index), item as unknown]))
    : (value as Settings);
}
