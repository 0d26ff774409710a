import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { once } from 'node:events';
import { generateKeyPairSync } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';

/** What reached the vendor. */
export interface Heard {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** Whose certificate it came with, where the vendor asks for one. */
  readonly peer: string | undefined;
}

export interface Said {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Stands in for a vendor, on this machine. What it answers is up to the test. */
export interface Vendor {
  readonly url: string;
  /** Since the last `forget`. */
  readonly heard: readonly Heard[];
  open(): Promise<void>;
  /** `hang` never answers. What the function throws is answered with 500, and kept in `mistakes`. */
  answerWith(answer: (heard: Heard) => Said | 'hang' | Promise<Said | 'hang'>): void;
  /** What went wrong while it answered; a test that looks here sees why a request of ours was refused. */
  readonly mistakes: readonly unknown[];
  forget(): void;
  close(): void;
}

/** Over HTTP, or over HTTPS with a certificate. */
export function createVendor(tls?: ServerOptions): Vendor {
  let answer: Parameters<Vendor['answerWith']>[0] = () => ({ status: 500 });
  let heard: Heard[] = [];
  let mistakes: unknown[] = [];

  async function reply(request: IncomingMessage): Promise<Said | 'hang'> {
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
    const one = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      peer: peerOf(request),
    };
    heard.push(one);
    try {
      return await answer(one);
    } catch (error) {
      mistakes.push(error);
      return { status: 500, body: String(error) };
    }
  }

  const serve = (request: IncomingMessage, response: ServerResponse): void =>
    void reply(request).then((said) => {
      if (said !== 'hang') response.writeHead(said.status ?? 200, said.headers).end(said.body ?? '');
    });
  const server: Server = tls === undefined ? createServer(serve) : createSecureServer(tls, serve);

  return {
    get url() {
      return `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo | null)?.port ?? 1}`;
    },
    get heard() {
      return heard;
    },
    get mistakes() {
      return mistakes;
    },
    async open() {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    },
    answerWith: (next) => void (answer = next),
    forget: () => void ([heard, mistakes] = [[], []]),
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A pair of RSA keys as PEM. Making one takes a while: once per file. */
export const keyPair = (bits = 2048): { readonly privateKey: string; readonly publicKey: string } =>
  generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });

const peerOf = ({ socket }: IncomingMessage): string | undefined =>
  socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN?.toString() : undefined;
