import type { Knex } from 'knex';

export interface TableSize {
  readonly name: string;
  readonly rows: number;
}

/** How much lies in the tables of a module; those that are not there are left out. */
export async function measureTables(db: Knex, names: readonly string[]): Promise<TableSize[]> {
  const sizes: TableSize[] = [];
  for (const name of names) {
    if (!(await db.schema.hasTable(name))) continue;
    const [counted] = (await db(name).count({ total: '*' })) as { total: number | string }[];
    sizes.push({ name, rows: Number(counted?.total ?? 0) });
  }
  return sizes;
}
