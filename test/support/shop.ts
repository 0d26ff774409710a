import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '#config/load';
import { createApp, type App } from '#core/app';
import { createLog } from '#core/log';
import { shippedModules } from '#modules/index';
import { ADMIN, emptyDatabase } from './app.ts';

/** An engine at an address of its own, with a key for sale and the sandbox to pay with. */
export interface Shop {
  readonly url: string;
  readonly app: App;
  call<T = unknown>(path: string, params?: object): Promise<T>;
  end(): Promise<void>;
}

const SANDBOX = { secret: 'a secret of the sandbox' };

/** A new price list offers every usual period, for nothing. */
const NOT_OFFERED = Object.fromEntries(
  ['1W', '3M', '6M', '2Y', '3Y', '4Y', '5Y'].map((code) => [code, { enabled: 0 }]),
);

const PRODUCT = {
  status: 'enabled',
  description: 'A thousand calls a day.',
  pricing: {
    type: 'recurrent',
    recurrent: { ...NOT_OFFERED, '1M': { enabled: 1, price: 9, setup: 0 }, '1Y': { enabled: 1, price: 90, setup: 5 } },
  },
};

export async function openShop(): Promise<Shop> {
  const dataDir = mkdtempSync(join(tmpdir(), 'tollkeeper-shop-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = process.env['DATABASE_URL']?.startsWith('mysql:') ? process.env['DATABASE_URL'] : undefined;
  const config = loadConfig({
    PORT: String(port),
    BASE_URL: url,
    DATA_DIR: dataDir,
    DATABASE_URL: server ?? `sqlite:${join(dataDir, 'shop.sqlite')}`,
    ADMIN_EMAIL: ADMIN.email,
    ADMIN_PASSWORD: ADMIN.password,
    ADMIN_API_TOKEN: ADMIN.token,
    APP_SECRET: 'a secret of thirty-two characters',
    RATE_LIMITS: 'off',
    CRON: 'off',
    LOG_LEVEL: 'silent',
  });
  const app = createApp({ config, modules: shippedModules, log: createLog(config.logLevel) });
  if (server !== undefined) await emptyDatabase(app.database.knex);
  await app.migrate();
  for (const name of ['serviceapikey', 'gateway-sandbox']) await app.catalog.install(app.system(), name);
  await app.catalog.refresh();
  app.server.listen(port, '127.0.0.1');
  await once(app.server, 'listening');

  const call = async <T>(path: string, params: object = {}): Promise<T> => {
    const response = await fetch(`${url}/api/admin/${path}`, {
      method: 'POST',
      body: JSON.stringify(params),
      headers: {
        'content-type': 'application/json',
        authorization: `Basic ${Buffer.from(`admin:${ADMIN.token}`).toString('base64')}`,
      },
    });
    const { result, error } = (await response.json()) as { result: T; error: { message: string } | null };
    if (error !== null) throw new Error(`${path}: ${error.message}`);
    return result;
  };
  await call('invoice/gateway_install', { code: 'Sandbox' });
  const gateways = await call<{ list: { id: number; code: string }[] }>('invoice/gateway_get_list');
  const sandbox = gateways.list.find(({ code }) => code === 'Sandbox');
  await call('invoice/gateway_update', { id: sandbox?.id, title: 'Sandbox', enabled: 1, config: SANDBOX });
  const id = await call<number>('product/prepare', { title: 'Starter key', type: 'apikey', product_category_id: 1 });
  await call('product/update', { id, ...PRODUCT });

  return {
    url,
    app,
    call,
    async end() {
      app.server.closeAllConnections();
      app.server.close();
      await app.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
