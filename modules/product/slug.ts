import { randomInt } from 'node:crypto';

/** Leaves room for a suffix in a column of 255 characters. */
const LONGEST = 240;

/** `Big Plan!` → `big-plan`. What has no letter of the Latin alphabet is called `product`. */
export function slugOf(title: string): string {
  const slug = title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST)
    .replace(/^-|-$/g, '');
  return slug === '' ? 'product' : slug;
}

export const withSuffix = (slug: string): string => `${slug}-${randomInt(1, 10_000)}`;
