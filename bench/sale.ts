/**
 * `npm run bench -- sale [--invoices N] [--database sqlite|mariadb] [--only lists|sale|jobs] [--rounds N] [--keep FOLDER]`: the shop of
 * `tollkeeper demo` in three sizes: its lists, a checkout, payments, and the nightly jobs. README.md tells what is asked of them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { findMariadbd, startMariadb } from '../bin/mariadb.js';
import { machine } from './report.ts';
import { measureLists, type ListFigures } from './sale-lists.ts';
import { measureSale } from './sale-sale.ts';
import { prepareShop, sqliteUrl, type Shop } from './stage.ts';

const MOST_QUERIES = 8;
const MOST_GROWTH = 2;
const MOST_MB = 64;
const RENEWALS_PER_SECOND = 100;
/** Enough days that many orders are to be renewed. */
const DAYS_AHEAD = 20;
const FEW = 1000;

/** In the order of a night. */
const JOBS = [
  'invoice.pay-with-credits',
  'invoice.run-paid-tasks',
  'invoice.invoice-renewals',
  'invoice.remind',
  'order.warn-of-suspension',
  'order.suspend-expired',
  'order.cancel-suspended',
  'order.cancel-unpaid',
  'invoice.remove-stale',
  'cart.expire',
  'doctor',
] as const;

const { values } = parseArgs({
  allowPositionals: true,
  options: {
    invoices: { type: 'string', default: '500000' },
    database: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    rounds: { type: 'string', default: '100' },
    keep: { type: 'string' },
  },
});
const most = Number(values.invoices);
const rounds = Number(values.rounds);
const root = values.keep === undefined ? mkdtempSync(join(tmpdir(), 'tollkeeper-sale-')) : resolve(values.keep);
if (values.keep === undefined) process.once('exit', () => rmSync(root, { recursive: true, force: true }));
process.once('SIGTERM', () => process.exit(1));
process.once('SIGINT', () => process.exit(1));

const failures: string[] = [];
const databases: string[] = [];
if (values.database !== 'mariadb') await measure('SQLite', (name) => sqliteUrl(folderOf('sqlite', name)), 'sqlite');
if (values.database !== 'sqlite' && findMariadbd() !== undefined) {
  const server = await startMariadb({ bufferPool: '1G' });
  try {
    await measure('MariaDB', (name) => server.url(`sale_${name}`), 'mariadb');
  } finally {
    await server.stop();
  }
}
console.log(failures.length === 0 ? '\nAll goals are met.' : ['', ...failures].join('\n'));
console.log(machine(databases, ''));
process.exit(failures.length === 0 ? 0 : 1);

function folderOf(kind: string, name: string): string {
  const folder = join(root, kind, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function measure(database: string, urlOf: (name: string) => string, kind: string): Promise<void> {
  databases.push(database);
  const shopOf = (name: string, invoices: number): Shop => ({
    name: `${database}, ${name}`,
    folder: folderOf(kind, name),
    databaseUrl: urlOf(name),
    sizes: { clients: Math.ceil(invoices / 5), orders: Math.ceil((invoices * 3) / 5), invoices },
  });
  const [few, tenth, all] = [shopOf('few', FEW), shopOf('tenth', Math.ceil(most / 10)), shopOf('all', most)];
  for (const shop of [few, tenth, all]) await prepareShop(shop);
  if (isWanted('lists')) await lists(database, few, all);
  if (isWanted('sale')) for (const shop of [few, all]) await sale(shop);
  if (isWanted('jobs')) await jobs(database, tenth, all);
}

function isWanted(part: string): boolean {
  return values.only === '' || values.only === part;
}

async function lists(database: string, few: Shop, all: Shop): Promise<void> {
  const small = new Map((await measureLists(few, rounds)).map((figures) => [figures.list, figures]));
  console.log(`\n| ${database} | rows | queries | p50 ms: 1, middle, end | p99 ms: 1, middle, end | p99 with ${FEW} invoices | growth |`); // prettier-ignore
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const { list, total, queries, p50, p99 } of await measureLists(all, rounds)) {
    const before = Math.max(...(small.get(list)?.p99 ?? [NaN]));
    const growth = Math.max(...p99) / before;
    console.log(
      `| ${list} | ${total.toLocaleString('en')} | ${queries} | ${ms(p50)} | ${ms(p99)} | ${before.toFixed(1)} | ${growth.toFixed(2)}× |`,
    );
    if (queries > MOST_QUERIES) failures.push(`${database}: ${list} makes ${queries} queries.`);
    if (growth > MOST_GROWTH)
      failures.push(`${database}: p99 of ${list} is ${growth.toFixed(2)} times that of few rows.`);
  }
}

function ms(figures: ListFigures['p50']): string {
  return figures.map((figure) => figure.toFixed(1)).join(', ');
}

async function sale(shop: Shop): Promise<void> {
  const figures = await measureSale(shop, rounds);
  for (const { what, p50, p99, queries } of figures)
    console.log(`${shop.name}: ${what}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${queries} queries`);
}

interface JobFigures {
  readonly seconds: number;
  /** Seconds of the processor, which other programs do not lengthen. */
  readonly cpu: number;
  readonly rss: number;
  readonly heap: number;
  readonly invoices: number;
  readonly events: number;
  readonly findings: readonly string[];
}

async function jobs(database: string, tenth: Shop, all: Shop): Promise<void> {
  console.log(
    `\n| ${database} | seconds | CPU s | invoices | events | heap MB | RSS MB | RSS MB at a tenth of the rows |`,
  );
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const job of JOBS) {
    const before = await runJob(tenth, job);
    const { seconds, cpu, invoices, events, heap, rss, findings } = await runJob(all, job);
    console.log(
      `| ${job} | ${seconds.toFixed(1)} | ${cpu.toFixed(1)} | ${invoices} | ${events} | ${heap.toFixed(0)} | ${rss.toFixed(0)} | ${before.rss.toFixed(0)} |`,
    );
    if (rss > MOST_MB && rss - before.rss > MOST_MB)
      failures.push(
        `${database}: ${job} takes ${rss.toFixed(0)} MB more, with a tenth of the rows ${before.rss.toFixed(0)} MB.`,
      );
    for (const finding of findings.slice(0, 5)) failures.push(`${database}: ${finding}`);
    if (job !== 'invoice.invoice-renewals') continue;
    const perSecond = invoices / seconds;
    console.error(`${database}: ${perSecond.toFixed(0)} renewal invoices per second`);
    if (perSecond < RENEWALS_PER_SECOND)
      failures.push(`${database}: ${perSecond.toFixed(0)} renewal invoices per second.`);
  }
}

async function runJob({ folder, databaseUrl }: Shop, job: string): Promise<JobFigures> {
  const node = ['--expose-gc', '--conditions', 'source', '--import', 'tsx', join(import.meta.dirname, 'sale-job.ts')];
  const child = spawn(process.execPath, [...node, folder, databaseUrl, job, String(DAYS_AHEAD)], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output = text(child.stdout);
  await once(child, 'close');
  return JSON.parse((await output).trim().split('\n').at(-1) ?? '') as JobFigures;
}
