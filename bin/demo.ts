import type { Command } from 'commander';
import type { App } from '#core/app';
import { createDemoRun, type DemoSizes } from '#core/demo';
import { conflict, invalidInput } from '#core/error';
import { example } from './command.ts';
import { withEngine } from './engine.ts';
import type { Terminal } from './terminal.ts';

const SMALL: DemoSizes = { clients: 20, orders: 45, invoices: 90 };
const MOST = 10_000_000;
const BAR_WIDTH = 30;

interface Sent {
  readonly clients?: string;
  readonly orders?: string;
  readonly invoices?: string;
  readonly small?: boolean;
  readonly seed: string;
  readonly force?: boolean;
}

export function addDemo(program: Command, terminal: Terminal): void {
  program
    .command('demo')
    .description(
      'Fill an empty installation with made-up clients, products, orders and invoices that hang together. Without sizes, or with --small, it is a small shop.',
    )
    .option('--small', `${SMALL.clients} clients, ${SMALL.orders} orders, ${SMALL.invoices} invoices`)
    .option('--clients <number>', 'how many clients')
    .option('--orders <number>', 'how many orders')
    .option('--invoices <number>', 'how many invoices, at least as many as orders')
    .option(
      '--seed <text>',
      'the same seed makes the same shop on the same day, all but keys and hashes, which open something',
      'tollkeeper',
    )
    .option('--force', 'add to what is there already')
    .addHelpText('after', example('demo --small', 'demo --clients 100000 --orders 300000 --invoices 500000'))
    .action((sent: Sent) => withEngine(terminal, (app) => fill(terminal, app, sent)));
}

async function fill(terminal: Terminal, app: App, sent: Sent): Promise<void> {
  const sizes = sizesOf(sent);
  await app.catalog.refresh();
  if ((await app.pending()).length > 0)
    throw conflict('demo.pending', 'The database is not up to date: run `tollkeeper migrate` first.');
  if (sent.force !== true) await refuseUnlessEmpty(app);
  await installShops(app);
  let tell: (done: number, count: number) => void = () => undefined;
  const run = createDemoRun({
    ctx: app.system(),
    sizes,
    seed: sent.seed,
    tell: (done, count) => tell(done, count),
  });
  for (const { contributions } of app.catalog.active()) {
    const { demo } = contributions;
    if (demo === undefined) continue;
    const bar = progressBar(terminal, demo.noun);
    tell = bar.tell;
    await demo.fill(run);
    bar.end();
  }
}

/** Whatever sells something and was never switched on, so that something of everything is sold. */
async function installShops(app: App): Promise<void> {
  for (const { module, state, sells } of app.catalog.list())
    if (state === 'absent' && sells.length > 0) await app.catalog.install(app.system(), module.name);
}

function sizesOf({ clients, orders, invoices }: Sent): DemoSizes {
  const sizes = {
    clients: wholeNumber('clients', clients ?? String(SMALL.clients)),
    orders: wholeNumber('orders', orders ?? String(SMALL.orders)),
    invoices: wholeNumber('invoices', invoices ?? String(SMALL.invoices)),
  };
  if (sizes.invoices < sizes.orders)
    throw invalidInput('demo.sizes', 'There must be at least as many invoices as orders: what was ordered is billed.');
  return sizes;
}

function wholeNumber(option: string, text: string): number {
  const number = /^\d{1,8}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > MOST)
    throw invalidInput('demo.number', `--${option} must be a whole number from 1 to ${MOST}.`);
  return number;
}

async function refuseUnlessEmpty(app: App): Promise<void> {
  for (const { contributions } of app.catalog.active()) {
    const { demo } = contributions;
    const count = (await demo?.count?.(app.system())) ?? 0;
    if (count > 0)
      throw conflict(
        'demo.not_empty',
        `The installation has ${count} ${demo?.noun} already: use --force to add to them.`,
      );
  }
}

interface ProgressBar {
  tell(done: number, count: number): void;
  end(): void;
}

/** One line that grows, or where lines can only be added, a line for each tenth. */
function progressBar(terminal: Terminal, noun: string): ProgressBar {
  const since = performance.now();
  let tenths = 0;
  let last = '';
  return {
    tell(done, count) {
      const share = done / count;
      const seconds = ((performance.now() - since) / 1000).toFixed(0);
      last = `${String(done).padStart(String(count).length)} of ${count} ${noun}, ${seconds} s`;
      const bar = '█'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH, '░');
      if (terminal.redraw !== undefined) return terminal.redraw(`${bar} ${last}`);
      if (Math.floor(share * 10) === tenths) return;
      tenths = Math.floor(share * 10);
      terminal.print(last);
    },
    end() {
      if (last !== '') terminal.redraw?.('');
    },
  };
}
