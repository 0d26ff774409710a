import { measureLists } from './sale-lists.ts';
import { readFileSync } from 'node:fs';
import { sqliteUrl, type Shop } from './stage.ts';
const shop = (folder: string, invoices: number): Shop => ({
  name: folder,
  folder,
  databaseUrl: sqliteUrl(folder),
  sizes: { clients: invoices / 5, orders: (invoices * 3) / 5, invoices },
});
process.on('exit', (c) => console.error('exit', c));
for (const f of await measureLists(shop(process.argv[2] ?? '', 1), 40)) {
  const m = (x: readonly number[]) => x.map((v) => v.toFixed(1)).join(', ');
  if (f.total > 10) console.log(`| ${f.list} | ${f.total} | ${f.queries} | ${m(f.p50)} | ${m(f.p99)} |`);
}
process.exit(0);
