/**
 * One job in a process of its own, so that its memory can be told: `node --expose-gc … bench/sale-job.ts FOLDER URL JOB DAYS`.
 * Prints a line of JSON.
 */
import { DAY, later, systemClock } from '#core/clock';
import { spareMemory } from '../bin/doctor.ts';
import { openShop } from './stage.ts';

const [folder = '', databaseUrl = '', job = '', days = '0'] = process.argv.slice(2);
const EVERY_MS = 20;

const app = openShop({ folder, databaseUrl }, () => later(systemClock(), Number(days) * DAY));
await app.catalog.refresh();
const count = async (table: string): Promise<number> =>
  Number((await app.database.knex(table).count({ total: '*' }).first())?.['total'] ?? 0);
if (job === 'doctor') await spareMemory(app);
const found = app.jobs().find(({ id }) => id === job);
if (found === undefined && job !== 'doctor') throw new Error(`There is no job ${job}.`);
const before = { invoices: await count('invoice'), events: await count('outbox') };
global.gc?.();
const base = process.memoryUsage();
let [rss, heap] = [base.rss, base.heapUsed];
const watch = (): void => {
  const now = process.memoryUsage();
  rss = Math.max(rss, now.rss);
  heap = Math.max(heap, now.heapUsed);
};
const watching = setInterval(watch, EVERY_MS);
const since = performance.now();
const cpu = process.cpuUsage();
const findings = job === 'doctor' ? await app.examine() : [];
await found?.job.run(app.system());
const seconds = (performance.now() - since) / 1000;
const { user, system } = process.cpuUsage(cpu);
clearInterval(watching);
watch();
const after = { invoices: await count('invoice'), events: await count('outbox') };
const MB = 1024 * 1024;
console.log(
  JSON.stringify({
    seconds,
    cpu: (user + system) / 1e6,
    rss: (rss - base.rss) / MB,
    heap: (heap - base.heapUsed) / MB,
    invoices: after.invoices - before.invoices,
    events: after.events - before.events,
    findings,
  }),
);
process.exit(0);
