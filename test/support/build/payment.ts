import assert from 'node:assert/strict';
import { createServer, request as forward, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { signed, SIGNATURE_HEADER } from '#modules/gateway-sandbox/signature';
import { admin, client as clientCaller, guest, type Caller, type TestApp } from '../app.ts';
import { newEmail, PASSWORD } from './client.ts';

export const SECRET = 'a secret of the sandbox';

export interface Payer {
  readonly id: number;
  readonly email: string;
  readonly caller: Caller;
}

/** A client with a currency. */
export async function buildPayer(app: TestApp, currency = 'USD'): Promise<Payer> {
  const email = newEmail();
  const id = Number(
    await app.call(admin, 'client/create', {
      email,
      first_name: 'Kay',
      password: PASSWORD,
      currency,
      send_welcome_email: 0,
    }),
  );
  return { id, email, caller: clientCaller(await app.call(admin, 'profile/api_key_reset', { id })) };
}

export interface SeenInvoice {
  readonly id: number;
  readonly hash: string;
  readonly status: string;
  readonly total: number;
  readonly tax: number;
  readonly lines: readonly { readonly charged: number; readonly status: string; readonly total: number }[];
}

export const seeInvoice = (app: TestApp, id: number): Promise<SeenInvoice> => app.call(admin, 'invoice/get', { id });

/** An approved invoice, open to whoever has its hash. */
export async function buildInvoice(
  app: TestApp,
  clientId: number,
  items: readonly object[] = [{ title: 'Board', price: 20 }],
  more: object = {},
): Promise<SeenInvoice> {
  await app.call(admin, 'system/update_params', { invoice_accessible_from_hash: '1' });
  const id = Number(await app.call(admin, 'invoice/prepare', { client_id: clientId, approve: 1, items, ...more }));
  return seeInvoice(app, id);
}

/** A gateway, installed and switched on; its id. */
export async function buildGateway(
  app: TestApp,
  code: string,
  config: object = {},
  more: object = {},
): Promise<number> {
  await app.call(admin, 'invoice/gateway_install', { code });
  const pairs = await app.call<Record<string, string>>(admin, 'invoice/gateway_get_pairs');
  const id = Number(Object.entries(pairs).find(([, title]) => title === code)?.[0]);
  await app.call(admin, 'invoice/gateway_update', { id, enabled: 1, config, ...more });
  return id;
}

export const buildSandbox = (app: TestApp, config: object = {}): Promise<number> =>
  buildGateway(app, 'Sandbox', { secret: SECRET, ...config });

export interface Started {
  readonly reference: string;
  readonly subscription: boolean;
  readonly service_url: string;
  readonly result: string;
  readonly type: string;
  readonly code?: string;
}

/** Asks for a payment; the sandbox's address ends in its reference. */
export async function startPayment(app: TestApp, hash: string, gatewayId: number, more: object = {}): Promise<Started> {
  const started = await app.call<Omit<Started, 'reference'>>(guest, 'invoice/payment', {
    hash,
    gateway_id: gatewayId,
    ...more,
  });
  return { ...started, reference: (started.service_url || (started.code ?? '')).split('/').at(-1) ?? '' };
}

export interface Told {
  readonly kind?: string;
  readonly id: string;
  readonly status?: string;
  readonly reference?: string;
  readonly amount?: string;
  readonly currency?: string;
  readonly subscription?: string;
  readonly period?: string;
}

/** A notification as the sandbox signs it. */
export function tell(
  app: TestApp,
  gatewayId: number,
  told: Told,
  { secret = SECRET, query = '', at = app.clock.now() }: { secret?: string; query?: string; at?: Date } = {},
) {
  const body = JSON.stringify({ kind: 'payment', status: 'succeeded', amount: '20.00', currency: 'USD', ...told });
  return app
    .request('post', `/ipn.php?gateway_id=${gatewayId}${query}`)
    .set('content-type', 'application/json')
    .set(SIGNATURE_HEADER, signed(secret, body, at))
    .send(body);
}

export interface SeenTransaction {
  readonly id: number;
  readonly invoice_id: number | null;
  readonly txn_id: string | null;
  readonly txn_status: string | null;
  readonly amount: number;
  readonly currency: string | null;
  readonly type: string | null;
  readonly status: string;
  readonly error: string | null;
  readonly note: string | null;
}

export const seeTransactions = async (app: TestApp, filter: object = {}): Promise<readonly SeenTransaction[]> =>
  (await app.call<{ list: SeenTransaction[] }>(admin, 'invoice/transaction_get_list', filter)).list;

export const balanceOf = (app: TestApp, { caller }: Payer): Promise<number> =>
  app.call(caller, 'client/balance_get_total');

export const ledgerOf = async (app: TestApp, { caller }: Payer): Promise<readonly string[]> =>
  (await app.call<{ list: { amount: string }[] }>(caller, 'client/balance_get_list')).list.map(({ amount }) => amount);

/** An address that is known before the engine listens, and leads there. */
export interface Door {
  readonly url: string;
  open(): Promise<void>;
  leadTo(app: TestApp): void;
  close(): void;
}

export function createDoor(): Door {
  let target = 0;
  const server: Server = createServer((req, res) => {
    const onward = forward(
      { host: '127.0.0.1', port: target, path: req.url, method: req.method, headers: req.headers },
      (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(res);
      },
    );
    onward.on('error', () => res.writeHead(502).end());
    req.pipe(onward);
  });
  return {
    get url() {
      return `http://127.0.0.1:${(server.address() as AddressInfo | null)?.port ?? 1}`;
    },
    async open() {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    },
    leadTo(app) {
      target = (app.app.server.address() as AddressInfo).port;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A button of the sandbox's page. */
export async function pressed(
  browser: ReturnType<TestApp['browser']>,
  reference: string,
  outcome: string,
  more: object = {},
) {
  const page = await browser.get(`/sandbox/pay/${reference}`);
  const csrf = /name="CSRFToken" value="([0-9a-f]+)"/.exec(page.text)?.[1] ?? '';
  const answer = await browser
    .post(`/sandbox/pay/${reference}`)
    .type('form')
    .send({ outcome, CSRFToken: csrf, delay: '', repeat: '', ...more });
  assert.equal(answer.status, 303, answer.text);
}
