import cluster from 'node:cluster';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import { loadConfig } from '#config/load';
import type { App } from '#core/app';
import { announce, example } from './command.ts';
import { openEngine } from './engine.ts';
import { supervise } from './supervise.ts';
import type { Terminal } from './terminal.ts';

/** Ten seconds after SIGTERM whoever runs this kills it. Callers who do not let go have lost their connection by then. */
const CUT_OFF_MS = 8_000;
const GIVE_UP_MS = 9_500;

export function addServe(program: Command, terminal: Terminal): void {
  program
    .command('serve')
    .description('Bring the database up to date and start the engine. SIGTERM ends it once what runs is finished.')
    .addHelpText('after', example('serve'))
    .action(() => serve(terminal));
}

async function serve(terminal: Terminal): Promise<void> {
  const config = loadConfig(terminal.env);
  if (config.processes > 1 && cluster.isPrimary) return supervise(config, terminal);
  const { app } = await openEngine(config);
  await (cluster.isPrimary ? app.migrate() : app.catalog.refresh());
  await listen(app);
  if (cluster.isPrimary) announce(terminal, config, (app.server.address() as AddressInfo).port);
  app.bus.start();
  if (config.hasCron) app.scheduler.start();
  stopOnSignal(app);
}

async function listen({ server, config }: App): Promise<void> {
  server.listen(config.port, config.host);
  await once(server, 'listening'); // rejects with the error when there is one instead
}

function stopOnSignal(app: App): void {
  let isStopping = false;
  const stop = (): void => {
    if (isStopping) return; // a second signal changes nothing
    isStopping = true;
    setTimeout(() => {
      app.log.error('stopped with work under way');
      process.exit(1);
    }, GIVE_UP_MS).unref();
    finish(app).then(
      () => process.exit(0),
      (error: unknown) => {
        app.log.error('not stopped in order', { error });
        process.exit(1);
      },
    );
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop);
}

async function finish(app: App): Promise<void> {
  await drain(app.server);
  await app.close();
}

/** No new connections; those that are open end with the answer they wait for. */
function drain(server: Server): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cutOff = setTimeout(() => server.closeAllConnections(), CUT_OFF_MS);
  return new Promise((resolve) => {
    server.close(() => {
      clearInterval(idle);
      clearTimeout(cutOff);
      resolve();
    });
  });
}
