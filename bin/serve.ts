import { once } from 'node:events';
import { loadConfig } from '#config/load';
import { createApp } from '#core/app';
import { shippedModules } from '#modules/index';

/** Migrates, listens, and stops within ten seconds of SIGTERM: no new requests, what runs is finished. */
export async function serve(): Promise<void> {
  const config = loadConfig(process.env);
  const app = createApp({ config, modules: shippedModules });
  await app.migrate();
  app.server.listen(config.port, config.host);
  await once(app.server, 'listening');
  console.log(`Tollkeeper listens on ${config.baseUrl}`);
  app.bus.start();
  if (config.hasCron) app.scheduler.start();
  const stop = (): void => {
    setTimeout(() => process.exit(1), 10_000).unref();
    app.server.closeIdleConnections();
    app.server.close(() => void app.close().then(() => process.exit(0)));
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}
