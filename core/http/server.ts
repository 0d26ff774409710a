import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { asAppError } from '../error.ts';
import type { Log } from '../log.ts';
import { readRequest, sendReply } from './adapter.ts';
import type { Dialect, HttpReply, HttpRequest } from './dialect.ts';
import type { Dispatch, Target } from './dispatch.ts';
import { parseForm } from './form.ts';
import { createPeer } from './peer.ts';
import { noSession, type SessionHandle } from './session.ts';

export interface ServerParts {
  readonly dispatch: Dispatch;
  readonly fossbilling: Dialect;
  /** What a path below `/api/` means. */
  target(path: string): Target;
  /** Learns what other processes changed; undefined when that is fresh. */
  refresh(): Promise<void> | undefined;
  session(request: HttpRequest, req: IncomingMessage, res: ServerResponse): SessionHandle;
  /** Pages and whatever else is not the API, mounted behind it. */
  mount(app: Express): void;
  readonly trustedProxies: readonly string[];
  readonly log: Log;
}

/**
 * One server. Express gives every request a new prototype, which spoils the whole http stack for the optimizer; requests
 * and responses that are born with it make that a no-op, and are about four times as fast (see docs/decisions).
 */
export function createHttpServer(parts: ServerParts): Server {
  const app = express();
  class AppRequest extends IncomingMessage {}
  class AppResponse extends ServerResponse {}
  app.request = Object.setPrototypeOf(AppRequest.prototype, app.request) as Express['request'];
  app.response = Object.setPrototypeOf(AppResponse.prototype, app.response) as Express['response'];
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', false);

  const api = createApiHandler(parts);
  app.use((req, res, next) => {
    if (isApi(req)) api(req, res).catch(next);
    else next();
  });
  parts.mount(app);
  app.use((error: unknown, _req: Request, res: Response, next: NextFunction) => {
    parts.log.error('request failed', { error });
    if (res.headersSent) return next(error);
    res.status(500).type('text/plain').send('Something went wrong on our side. It has been logged.');
  });

  return createServer(
    { IncomingMessage: AppRequest, ServerResponse: AppResponse, keepAliveTimeout: 65_000 },
    (req, res) => {
      // Guests of the API need nothing of Express: what other people's software asks on every request of its own goes straight in.
      if (req.url?.startsWith('/api/guest/') === true && (req.method === 'POST' || req.method === 'GET')) {
        api(req, res).catch((error: unknown) => {
          parts.log.error('request failed', { error });
          res.destroy();
        });
      } else {
        app(req as Request, res as Response);
      }
    },
  );
}

const API_VERBS = ['GET', 'HEAD', 'POST'];

const isApi = ({ method, url = '' }: IncomingMessage): boolean =>
  API_VERBS.includes(method ?? '') && (url.startsWith('/api/') || url.startsWith('/index.php?'));

const UNREAD: HttpRequest = {
  method: 'POST',
  path: '',
  query: '',
  headers: {},
  body: Buffer.alloc(0),
  ip: '',
  isSecure: false,
};

function createApiHandler({ dispatch, fossbilling, target, refresh, session, trustedProxies, log }: ServerParts) {
  const peer = createPeer(trustedProxies);
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    let reply: HttpReply;
    try {
      const request = await readRequest(req, peer);
      await refresh();
      const path = calledPath(request);
      const called = target(path);
      const handle = called.endpoint?.isHot === true ? noSession : session(request, req, res);
      reply = await dispatch({ dialect: fossbilling, request, session: handle, target: called });
    } catch (thrown) {
      // It could not even be read: too large, or its sender went away.
      const error = asAppError(thrown);
      if (error.kind === 'internal') log.error('request not read', { error: thrown });
      reply = fossbilling.fail(UNREAD, error);
    }
    await sendReply(res, reply, req.method === 'HEAD');
  };
}

/** `/index.php?_url=/api/…` is the same call: the query wins over the path (spec A1). */
function calledPath({ path, query }: HttpRequest): string {
  const url = query.includes('_url=') ? parseForm(query)['_url'] : undefined;
  return typeof url === 'string' ? url : path;
}
