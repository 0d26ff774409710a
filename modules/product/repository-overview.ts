import type { Knex } from 'knex';
import { whereBegins } from '#core/db/prefix';

export interface Found {
  readonly id: number;
  readonly title: string;
  readonly slug: string;
}

/** By the id, or by the beginning of the name in its address. */
export async function search(db: Knex, text: string, limit: number): Promise<Found[]> {
  const slug = text.toLowerCase().replaceAll(/\s+/g, '-');
  const columns = ['id', 'title', 'slug'] as const;
  const byId = /^\d{1,15}$/.test(text) ? ((await db('product').where({ id: Number(text) }).select(...columns)) as Found[]) : []; // prettier-ignore
  const bySlug = (await whereBegins(db, db('product'), 'slug', slug)
    .orderBy('slug')
    .limit(limit)
    .select(...columns)) as Found[];
  return [...new Map([...byId, ...bySlug].map((one) => [one.id, one])).values()].slice(0, limit);
}
