import { measureLists } from './sale-lists.ts';
import { prepareShop, sqliteUrl, type Shop } from './stage.ts';
const shop = (folder: string, invoices: number): Shop => ({ name: folder, folder, databaseUrl: sqliteUrl(folder), sizes: { clients: invoices / 5, orders: (invoices * 3) / 5, invoices } });
await prepareShop(shop('/tmp/dm/few', 1000));
const few = new Map((await measureLists(shop('/tmp/dm/few', 1000), 40)).map((f) => [f.list, f]));
for (const f of await measureLists(shop('/tmp/big', 500000), 40)) {
  const b = few.get(f.list)!; const m = (x: readonly number[]) => x.map((v) => v.toFixed(1)).join(', ');
  if (f.total > 100) console.log(`| ${f.list} | ${f.total} | ${f.queries} | ${m(f.p50)} | ${m(f.p99)} | ${Math.max(...b.p50).toFixed(1)} / ${Math.max(...b.p99).toFixed(1)} | ${(Math.max(...f.p50) / Math.max(...b.p50)).toFixed(2)} / ${(Math.max(...f.p99) / Math.max(...b.p99)).toFixed(2)} |`);
}
process.exit(0);
