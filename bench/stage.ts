import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '#core/clock';
import { loadConfig } from '#config/load';
import { createApp, type App } from '#core/app';
import { createDemoRun, type DemoSizes } from '#core/demo';
import { shippedModules } from '#modules/index';

/** A shop of the demo that is measured. */
export interface Shop {
  readonly name: string;
  readonly folder: string;
  readonly databaseUrl: string;
  readonly sizes: DemoSizes;
}

export const TOKEN = process.env['ADMIN_API_TOKEN'] ?? 'BenchToken0123456789abcdefABCDEF';

export const sqliteUrl = (folder: string): string => `sqlite:${join(folder, 'tollkeeper.sqlite')}`;

export const openShop = ({ folder, databaseUrl }: Pick<Shop, 'folder' | 'databaseUrl'>, clock?: Clock): App =>
  createApp({
    config: loadConfig({
      DATA_DIR: folder,
      DATABASE_URL: databaseUrl,
      ADMIN_EMAIL: 'bench@example.com',
      ADMIN_PASSWORD: 'Nobody-Signs-In-1',
      ADMIN_API_TOKEN: TOKEN,
      RATE_LIMITS: 'off',
      CRON: 'off',
      LOG_LEVEL: 'silent',
    }),
    modules: shippedModules,
    ...(clock && { clock }),
  });

/** Fills the shop as `tollkeeper demo` does, unless it is there from an earlier run. */
export async function prepareShop(shop: Shop): Promise<void> {
  const { folder, databaseUrl, sizes } = shop;
  const isThere = databaseUrl === sqliteUrl(folder) && existsSync(join(folder, 'tollkeeper.sqlite'));
  const app = openShop(shop);
  const since = performance.now();
  await app.migrate();
  await app.catalog.refresh();
  if (!isThere) {
    for (const { module, state, sells } of app.catalog.list())
      if (state === 'absent' && sells.length > 0) await app.catalog.install(app.system(), module.name);
    const run = createDemoRun({ ctx: app.system(), sizes, seed: 'bench', tell: () => undefined });
    for (const { contributions } of app.catalog.active()) await contributions.demo?.fill(run);
    const seconds = (performance.now() - since) / 1000;
    console.error(
      `${shop.name}: filled with ${sizes.invoices.toLocaleString('en')} invoices in ${seconds.toFixed(0)} s`,
    );
  }
  const { knex, kind } = app.database;
  if (kind === 'sqlite') await knex.raw('analyze');
  else {
    const [tables] = (await knex.raw('show tables')) as [Record<string, string>[]];
    for (const row of tables) await knex.raw('analyze table ??', [Object.values(row)[0] ?? '']);
  }
  await app.close();
}
