import type { Request, Response } from 'express';
import { DAY } from '../clock.ts';
import type { AppError } from '../error.ts';
import { asAppError } from '../error.ts';
import { readHead, readRequest, sendReply, type Peer } from '../http/adapter.ts';
import { checkCsrf } from '../http/authenticate.ts';
import { cookieOf, type HttpReply, type HttpRequest } from '../http/dialect.ts';
import type { Dispatch } from '../http/dispatch.ts';
import { CSRF_COOKIE } from '../http/fossbilling.ts';
import { turnAway, type Guard } from '../http/gate.ts';
import type { createSessions, SessionHandle } from '../http/session.ts';
import type { Log } from '../log.ts';
import { bareFrame, chosenTheme, frameOf, THEME_COOKIE, type Frame, type FrameParts } from './frame.ts';
import { createHtml, failure, isTold, isView, sentCsrf, type ViewReply } from './html.ts';
import { chosenLanguage, LANGUAGE_COOKIE } from './language.ts';
import { panelPlaces } from './panel.ts';
import { findPlace, placesOf, type Place } from './place.ts';
import type { Renderer } from './render.ts';
import { accountPlaces } from './sign-in.ts';

export interface PageParts extends FrameParts {
  readonly dispatch: Dispatch;
  readonly openSession: ReturnType<typeof createSessions>;
  readonly renderer: Renderer;
  readonly peer: Peer;
  readonly isSecure: boolean;
  readonly log: Log;
}

export interface Pages {
  /** Answers what an active module or the core has at this address; false when there is none. */
  answer(req: Request, res: Response): Promise<boolean>;
  /** A view of the core that no endpoint stands behind. */
  show(req: Request, res: Response, view: string, values: object): Promise<void>;
  fail(req: Request, res: Response, error: AppError): Promise<void>;
  /** Answers in place of the page when a guard does not let the visitor in; false when all do. */
  turnAway(guards: readonly Guard[], req: Request, res: Response): Promise<boolean>;
}

/** Where the views of the core are. */
export const WEB = new URL('../../web/', import.meta.url);

const YEAR_MS = 365 * DAY;

/** One page on its way out. */
interface Visit {
  readonly request: HttpRequest;
  readonly session: SessionHandle;
  readonly res: Response;
}

/** HTML at the end of the same road: finds the page, has its call dispatched, renders what came of it. */
export function createPages(parts: PageParts): Pages {
  const panel = panelPlaces(parts);
  // What a module has at an address comes before what the core has there.
  const places = (): readonly Place[] => [
    ...parts.active().flatMap(placesOf),
    ...accountPlaces(parts.active()),
    ...panel,
  ];
  const visitOf = async (req: Request, res: Response): Promise<Visit> => {
    const request = await readRequest(req, parts.peer);
    return { request, res, session: parts.openSession(request, req, res) };
  };

  async function call({ page, path, role, module }: Place, { request, session }: Visit): Promise<HttpReply> {
    const dialect = createHtml({ ...page, role }, path);
    try {
      if (role === 'guest' && request.method === 'POST') await refuseForged(request, session);
      return await parts.dispatch({ dialect, request, session, target: { role, module, endpoint: page.endpoint } });
    } catch (error) {
      return dialect.fail(request, asAppError(error));
    }
  }

  /** A form that failed is shown on its page again, with what was typed and what is wrong. */
  async function formAgain(failed: ViewReply, visit: Visit): Promise<[ViewReply, Place | undefined, HttpRequest]> {
    for (const path of failed.formAt ?? []) {
      const place = findPlace(places(), 'GET', path);
      if (place === undefined) continue;
      const request = { ...visit.request, method: 'GET', path, query: '', body: Buffer.alloc(0) };
      const shown = await call(place, { ...visit, request });
      if (!isView(shown) || shown.view === undefined) break;
      return [{ ...shown, status: failed.status, values: { ...shown.values, ...failed.values } }, place, request];
    }
    return [failed, undefined, visit.request];
  }

  async function send(reply: HttpReply, visit: Visit, place: Place | undefined): Promise<void> {
    if (isTold(reply)) await leaveMessage(reply.says, visit, place?.folder);
    if (!isView(reply)) {
      await visit.session.keep();
      return sendReply(visit.res, reply, visit.request.method === 'HEAD');
    }
    keepChoices(visit);
    const html = await render(reply, visit, place?.folder);
    const headers = { ...reply.headers, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' };
    const isHead = visit.request.method === 'HEAD';
    await visit.session.keep();
    await sendReply(
      visit.res,
      { status: reply.status, headers: { ...headers, vary: 'HX-Request, Accept-Language' }, body: html },
      isHead,
    );
  }

  async function render({ view, values }: ViewReply, visit: Visit, folder = WEB): Promise<string> {
    const { request, session, res } = visit;
    const { renderer } = parts;
    if (view === undefined) {
      const frame = await frameOf(parts, request, session).catch(() => bareFrame(request));
      const csrf = frame.account === undefined ? '' : await session.csrf();
      return renderer.page(WEB, 'error', inLanguage(values, frame), { ...frame, csrf });
    }
    const frame = await frameOf(parts, request, session);
    const csrf = await session.csrf();
    // Scripts read the token from a cookie (spec A7).
    res.cookie(CSRF_COOKIE, csrf, { path: '/', sameSite: 'strict', secure: parts.isSecure });
    const messages = await session.takeMessages();
    return renderer.page(folder, view, inLanguage(values, frame), { ...frame, csrf, messages });
  }

  /** Errors are thrown in English; what they say to visitors is found by their code. */
  function inLanguage(values: ViewReply['values'], { language }: Frame): ViewReply['values'] {
    const error = values['error'] as { readonly code: string } | undefined;
    const message = error && parts.renderer.translations.error(language, error.code);
    return message === undefined ? values : { ...values, error: { ...error, message } };
  }

  async function leaveMessage(key: string, { request, session }: Visit, folder = WEB): Promise<void> {
    const { language } = await frameOf(parts, request, session);
    await session.leaveMessage(parts.renderer.translations.text(folder, language, key));
  }

  /** What a link of the page chose stays for a year. */
  function keepChoices({ request, res }: Visit): void {
    const keep = { path: '/', sameSite: 'lax', httpOnly: true, secure: parts.isSecure, maxAge: YEAR_MS } as const;
    const [language, theme] = [chosenLanguage(request), chosenTheme(request)];
    if (language !== undefined) res.cookie(LANGUAGE_COOKIE, language, keep);
    if (theme !== undefined) res.cookie(THEME_COOKIE, theme, keep);
  }

  return {
    async answer(req, res) {
      const place = findPlace(places(), req.method, req.path);
      if (place === undefined) return false;
      const visit = await visitOf(req, res);
      const reply = await call(place, visit);
      if (isView(reply) && reply.formAt !== undefined) {
        const [again, at, shownAt] = await formAgain(reply, visit);
        await send(again, { ...visit, request: shownAt }, at);
      } else {
        await send(reply, visit, place);
      }
      return true;
    },
    async show(req, res, view, values) {
      await send({ status: 200, headers: {}, body: '', view, values } as ViewReply, await visitOf(req, res), undefined);
    },
    async turnAway(guards, req, res) {
      const request = readHead(req, parts.peer);
      const reply = turnAway(guards, request, request.path, { fail: (_request, error) => failure(error) });
      if (reply === undefined) return false;
      await send(reply, { request, res, session: parts.openSession(request, req, res) }, undefined);
      return true;
    },
    async fail(req, res, error) {
      if (error.kind === 'internal') parts.log.error('request failed', { path: req.path, error: error.cause ?? error });
      // What could not be read whole cannot be read again.
      const request: HttpRequest = {
        method: req.method,
        path: req.path,
        query: '',
        headers: req.headers,
        body: Buffer.alloc(0),
        ip: '',
        isSecure: false,
      };
      await send(failure(error), { request, res, session: parts.openSession(request, req, res) }, undefined);
    },
  };
}

/** Nobody is authenticated by a guest's form, but it must be ours: others could sign a visitor in to their own account. */
async function refuseForged(request: HttpRequest, session: SessionHandle): Promise<void> {
  checkCsrf((await session.read()) ?? {}, sentCsrf(request), cookieOf(request, CSRF_COOKIE));
}
