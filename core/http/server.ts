import { createServer, IncomingMessage, ServerResponse, type Server } from 'node:http';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import { asAppError } from '../error.ts';
import type { Log } from '../log.ts';
import { readHead, readRequest, sendReply } from './adapter.ts';
import type { Dialect, HttpReply, HttpRequest } from './dialect.ts';
import type { Dispatch, Target } from './dispatch.ts';
import type { Mounts } from './mounts.ts';
import type { Incoming } from './multipart.ts';
import { parseForm } from './form.ts';
import { refusalOf, turnAway, type Gates } from './gate.ts';
import { createPeer } from './peer.ts';
import { noSession, type SessionHandle } from './session.ts';

export interface ServerParts {
  readonly dispatch: Dispatch;
  readonly fossbilling: Dialect;
  /** What a path below `/api/` means. */
  target(path: string): Target;
  /** What modules have at paths of their own. */
  readonly mounts: Mounts;
  /** Learns what other processes changed; undefined when that is fresh. */
  refresh(): Promise<void> | undefined;
  readonly gates: Gates;
  session(request: HttpRequest, req: IncomingMessage, res: ServerResponse): SessionHandle;
  /** Pages and whatever else is not the API, mounted behind it. */
  mount(app: Express): void;
  readonly trustedProxies: readonly string[];
  readonly incoming: Incoming;
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
  const mounted = createMountHandler(parts);
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
      } else if (parts.mounts.mayHave(req.url ?? '')) {
        mounted(req, res).then(
          (isAnswered) => {
            if (!isAnswered) app(req as Request, res as Response);
          },
          (error: unknown) => {
            parts.log.error('request failed', { error });
            res.destroy();
          },
        );
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

function createApiHandler(parts: ServerParts) {
  const { dispatch, fossbilling, target, refresh, gates, session, trustedProxies, incoming, log } = parts;
  const peer = createPeer(trustedProxies);
  return async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    let reply: HttpReply;
    try {
      const request = await readRequest(req, peer, incoming);
      await refresh();
      const path = calledPath(request);
      const called = target(path);
      const handle = called.endpoint?.isHot === true ? noSession : session(request, req, res);
      const guards = gates.guards();
      reply =
        guards === undefined
          ? await dispatch({ dialect: fossbilling, request, session: handle, target: called })
          : (turnAway(guards, request, path, fossbilling) ??
            (await dispatch({
              dialect: fossbilling,
              request,
              session: handle,
              target: called,
              refuse: () => (isUnknown(called) ? called.early : refusalOf(guards, request, path)),
            })));
      await handle.keep();
    } catch (thrown) {
      // It could not even be read: too large, or its sender went away.
      const error = asAppError(thrown);
      if (error.kind === 'internal') log.error('request not read', { error: thrown });
      reply = fossbilling.fail(UNREAD, error);
    }
    await sendReply(res, reply, req.method === 'HEAD');
  };
}

/** Answers whether a module has the path at all; nothing is read of the request before that. */
function createMountHandler({ dispatch, mounts, refresh, gates, trustedProxies, log }: ServerParts) {
  const peer = createPeer(trustedProxies);
  return async (req: IncomingMessage, res: ServerResponse): Promise<boolean> => {
    const refreshing = refresh();
    if (refreshing !== undefined) await refreshing;
    const head = readHead(req, peer);
    const found = mounts.find(head.method, head.path);
    if (found === undefined) return false;
    const { dialect, target, params, allowed } = found;
    if (req.method === 'OPTIONS' && dialect.preflight !== undefined) {
      await sendReply(res, dialect.preflight(), false);
      return true;
    }
    let reply: HttpReply;
    try {
      const hasBody = req.method !== 'GET' && req.method !== 'HEAD';
      const read = hasBody ? await readRequest(req, peer, undefined, dialect.longestBody) : head;
      const request = { ...read, params };
      const guards = gates.guards();
      const refusal = guards && turnAway(guards, request, request.path, dialect);
      if (refusal !== undefined) reply = refusal;
      else if (target.early !== undefined) reply = dialect.fail(request, target.early);
      else reply = await dispatch({ dialect, request, session: noSession, target });
    } catch (thrown) {
      const error = asAppError(thrown);
      if (error.kind === 'internal') log.error('request not read', { error: thrown });
      reply = dialect.fail(head, error);
    }
    if (allowed !== undefined) reply = { ...reply, headers: { ...reply.headers, allow: allowed.join(', ') } };
    await sendReply(res, reply, req.method === 'HEAD');
    return true;
  };
}

/** Comes before the question who may call (spec A4). */
const isUnknown = ({ module, early }: Target): boolean => module === '' && early !== undefined;

/** `/index.php?_url=/api/…` is the same call: the query wins over the path (spec A1). */
function calledPath({ path, query }: HttpRequest): string {
  const url = query.includes('_url=') ? parseForm(query)['_url'] : undefined;
  return typeof url === 'string' ? url : path;
}
