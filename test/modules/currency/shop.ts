import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCurrency } from '#modules/currency/index';
import type { Sources } from '#modules/currency/provider';
import { extension } from '#modules/extension/index';
import { staff } from '#modules/staff/index';
import { system } from '#modules/system/index';
import { twoFactor } from '#modules/two-factor/index';
import { admin, type TestApp } from '../../support/app.ts';

/** Where nobody answers. */
const nowhere = 'http://127.0.0.1:9';
const offline: Sources = {
  exchangeRateOpen: nowhere,
  exchangeRateKeyed: nowhere,
  currencyData: nowhere,
  currencyLayer: nowhere,
  timeoutMs: 200,
};

/** What currencies need, and no more. */
export const modulesWith = (sources: Sources) => [system, twoFactor, staff, extension, createCurrency(sources)];
export const modules = modulesWith(offline);

export interface SeenCurrency {
  readonly code: string;
  readonly name: string;
  readonly symbol: string;
  readonly conversion_rate: number;
  readonly default: boolean;
}

export const add = (app: TestApp, code: string, rate?: number | string): Promise<string> =>
  app.call(admin, 'currency/create', { code, ...(rate !== undefined && { conversion_rate: rate }) });

export const see = (app: TestApp, code: string): Promise<SeenCurrency> => app.call(admin, 'currency/get', { code });

/** Rates by code. */
export async function rates(app: TestApp): Promise<Record<string, number>> {
  const { list } = await app.call<{ list: SeenCurrency[] }>(admin, 'currency/get_list');
  return Object.fromEntries(list.map(({ code, conversion_rate: rate }) => [code, rate]));
}

export const configure = (app: TestApp, config: object): Promise<boolean> =>
  app.call(admin, 'extension/config_save', { ext: 'mod_currency', ...config });

/** A provider of exchange rates on this machine. */
export interface Provider {
  readonly asked: { readonly url: string; readonly headers: IncomingMessage['headers'] }[];
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** Where the module looks for it: filled in when it listens. */
  readonly sources: Sources;
}

const TIMEOUT_MS = 200;

/** One for all tests of the surrounding `describe`. */
export function useProvider(): Provider {
  let server: Server;
  let origin = '';
  const provider: Provider = {
    asked: [],
    answer: (_request, response) => void response.writeHead(500).end(),
    sources: {
      get exchangeRateOpen() {
        return `${origin}/open`;
      },
      get exchangeRateKeyed() {
        return `${origin}/keyed`;
      },
      get currencyData() {
        return `${origin}/data`;
      },
      get currencyLayer() {
        return `${origin}/layer`;
      },
      timeoutMs: TIMEOUT_MS,
    },
  };
  before((done) => {
    server = createServer((request, response) => {
      provider.asked.push({ url: request.url ?? '', headers: request.headers });
      provider.answer(request, response);
    });
    server.listen(0, '127.0.0.1', () => {
      origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      done();
    });
  });
  beforeEach(() => {
    provider.asked.length = 0;
  });
  after((done) => {
    server.closeAllConnections();
    server.close(() => {
      done();
    });
  });
  return provider;
}

export const json =
  (body: unknown) =>
  (_request: IncomingMessage, response: ServerResponse): void =>
    void response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
