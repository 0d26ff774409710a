import type { Settings } from '#core/product';

/** What a type shows of a service, as far as it is plain: names and texts. What is nested is for its own page. */
export function cellsOf(service: Settings | undefined): { name: string; value: string }[] {
  return Object.entries(service ?? {}).flatMap(([name, value]) => {
    const isPlain = typeof value === 'string' || typeof value === 'number';
    return HIDDEN.includes(name) || !isPlain || value === '' ? [] : [{ name, value: String(value) }];
  });
}

/** Numbers of rows, and what the order says itself. */
const HIDDEN = ['id', 'client_id', 'order_id', 'created_at', 'updated_at', 'status'];
