import { createHash } from 'node:crypto';
import session from 'express-session';
import type { Request, RequestHandler, Response } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import { later, SECOND } from '../clock.ts';
import { randomHex } from '../secret.ts';
import { deviceOf } from './device.ts';
import { fingerprintOf, isSameBrowser } from './fingerprint.ts';
import { cookieOf, type HttpRequest } from './dialect.ts';
import {
  ownOf,
  type HalfSignIn,
  type OwnSession,
  type Seen,
  type SessionData,
  type SessionStore,
} from './session-data.ts';

export const SESSION_COOKIE = 'fossbilling_session';
/** Absolute: counted from the session's beginning, not from its last use (spec A7). */
export const LIFESPAN_MS = 7200 * SECOND;
/** How long requests that were on their way with the old id still find what it held before. */
const GRACE_MS = 300 * SECOND;

/** How long a code may take after the password. */
const HALF_MS = 600 * SECOND;
/** Being used is noted no more often. */
const SEEN_EVERY_MS = 60 * SECOND;

/** The session of one request, not touched before somebody asks. */
export interface SessionHandle {
  /** Stores what changed. To be done before the answer is sent: who has it may come back at once. */
  keep(): Promise<void>;
  read(): Promise<Readonly<SessionData> | undefined>;
  signIn(role: 'client' | 'admin', id: number, isOnly: boolean): Promise<void>;
  signOut(role: 'client' | 'admin'): Promise<void>;
  /** After a password that a code must follow: a new id, and nobody is signed in yet. */
  halfSignIn(half: HalfSignIn): Promise<void>;
  /** Who owes a code, for the few minutes one may. */
  halfSignedIn(role: 'client' | 'admin'): Promise<HalfSignIn | undefined>;
  /** The token forms carry, made when a page first needs it. */
  csrf(): Promise<string>;
  /** The messages for the next page; taking them clears them. */
  takeMessages(): Promise<readonly string[]>;
  leaveMessage(text: string): Promise<void>;
  /** What a module keeps of this visitor. Keeping something begins a session. */
  note(name: string): Promise<string | undefined>;
  keepNote(name: string, text: string): Promise<void>;
  /** Ends all sessions of an account but for this one. */
  endOthers(role: 'client' | 'admin', id: number): Promise<void>;
  /** The sessions of an account, newest first. */
  listOf(role: 'client' | 'admin', id: number): Promise<readonly OwnSession[]>;
  /** False when the account has no such session. */
  endOne(role: 'client' | 'admin', id: number, key: string): Promise<boolean>;
}

export const noSession: SessionHandle = {
  keep: () => Promise.resolve(),
  read: () => Promise.resolve(undefined),
  signIn: () => Promise.reject(new Error('This door has no sessions.')),
  signOut: () => Promise.resolve(),
  csrf: () => Promise.reject(new Error('This door has no sessions.')),
  takeMessages: () => Promise.resolve([]),
  leaveMessage: () => Promise.resolve(),
  note: () => Promise.resolve(undefined),
  keepNote: () => Promise.reject(new Error('This door has no sessions.')),
  endOthers: () => Promise.reject(new Error('This door has no sessions.')),
  halfSignIn: () => Promise.reject(new Error('This door has no sessions.')),
  halfSignedIn: () => Promise.resolve(undefined),
  listOf: () => Promise.reject(new Error('This door has no sessions.')),
  endOne: () => Promise.reject(new Error('This door has no sessions.')),
};

/** What is stored is a hash: who reads the table cannot use what it holds. */
export const storedId = (id: string): string => createHash('sha256').update(id).digest('hex');

type Stored = session.SessionData & { data?: SessionData; seen?: Seen; expiresAt?: Date | string };

export function createSessions(store: SessionStore, secret: string, isSecure: boolean, clock: Clock) {
  const start: RequestHandler = session({
    name: SESSION_COOKIE,
    secret,
    store: adapt(store, clock),
    resave: false,
    saveUninitialized: false,
    cookie: { path: '/', httpOnly: true, sameSite: 'lax', secure: isSecure },
  });

  /** The handle of a request. express-session runs only when there is a cookie or a login. */
  return (request: HttpRequest, req: IncomingMessage, res: ServerResponse): SessionHandle => {
    let opened: Promise<Opened> | undefined;
    const open = (): Promise<Opened> =>
      (opened ??= run(start, req as Request, res as Response).then(() => openedOf(req as Request)));

    async function read(): Promise<Readonly<SessionData> | undefined> {
      if (opened === undefined && cookieOf(request, SESSION_COOKIE) === undefined) return undefined;
      const current = await open();
      const { data } = current;
      if (data?.fingerprint !== undefined && !isSameBrowser(data.fingerprint, fingerprintOf(request))) {
        await current.end();
        return undefined;
      }
      if (!isNoted) await noteUse(current);
      return data;
    }

    let isNoted = false;
    async function noteUse({ id, data, seen }: Opened): Promise<void> {
      isNoted = true;
      if (data?.clientId === undefined && data?.adminId === undefined) return;
      const now = clock();
      if (seen !== undefined && now.getTime() - new Date(seen.at).getTime() < SEEN_EVERY_MS) return;
      await store.see(storedId(id), { at: now, ip: request.ip });
    }

    /** A new id for the same visitor; whatever the old one is worth from now on is decided by `kept`. */
    async function rotate(next: SessionData, kept: SessionData | undefined): Promise<void> {
      const current = await open();
      const oldId = current.id;
      await current.regenerate();
      current.data = { ...next, fingerprint: fingerprintOf(request), device: deviceOf(request) };
      if (kept !== undefined && Object.keys(kept).length > 0)
        await store.save(storedId(oldId), kept, later(clock(), GRACE_MS), clock());
    }

    return {
      read,
      keep: async () => void (await (await opened)?.keep()),
      async signIn(role, id, isOnly) {
        const before = (await read()) ?? {};
        const { clientId, adminId, csrf: _, half: _done, notes, ...rest } = before;
        const identity = isOnly
          ? {}
          : { ...(clientId && { clientId }), ...(adminId && { adminId }), ...(notes && { notes }) };
        // The notes leave the old id: whoever else has it must not share them with the one who signed in.
        const { notes: _moved, half: _over, ...kept } = before;
        await rotate(
          { ...rest, ...identity, [role === 'client' ? 'clientId' : 'adminId']: id },
          isOnly ? undefined : kept,
        );
      },
      async signOut(role) {
        const before = await read();
        if (before === undefined) return;
        // The other identity stays, and so does the token in the forms it has open.
        const { [role === 'client' ? 'clientId' : 'adminId']: _, notes, ...rest } = before;
        await rotate(role === 'admin' && notes !== undefined ? { ...rest, notes } : rest, undefined);
      },
      async halfSignIn(half) {
        const before = (await read()) ?? {};
        const { csrf: _, half: _earlier, ...rest } = before;
        const { notes: _moved, half: _over, ...kept } = before;
        const until = later(clock(), HALF_MS).toISOString();
        await rotate({ ...rest, half: { ...half, until } }, kept);
      },
      async halfSignedIn(role) {
        const { half } = (await read()) ?? {};
        return half?.role === role && new Date(half.until) > clock() ? half : undefined;
      },
      async csrf() {
        const data = (await read()) ?? {};
        if (data.csrf !== undefined) return data.csrf;
        const csrf = randomHex(64);
        (await open()).data = { ...data, csrf, fingerprint: fingerprintOf(request) };
        return csrf;
      },
      async takeMessages() {
        const { pending = [], ...rest } = (await read()) ?? {};
        if (pending.length > 0) (await open()).data = rest;
        return pending;
      },
      async leaveMessage(text) {
        const data = (await read()) ?? {};
        const pending = [...(data.pending ?? []), text];
        (await open()).data = { ...data, pending, fingerprint: fingerprintOf(request) };
      },
      async note(name) {
        const { notes = {} } = (await read()) ?? {};
        return Object.hasOwn(notes, name) ? notes[name] : undefined;
      },
      async keepNote(name, text) {
        const data = (await read()) ?? {};
        const notes = { ...data.notes, [name]: text };
        (await open()).data = { ...data, notes, fingerprint: fingerprintOf(request) };
      },
      async endOthers(role, id) {
        const isOpen = (await read()) !== undefined;
        await store.endAll(role, id, isOpen ? storedId((await open()).id) : undefined);
      },
      async listOf(role, id) {
        const here = (await read()) === undefined ? undefined : storedId((await open()).id);
        return (await store.listOf(role, id, clock())).map((one) => ownOf(one, one.id === here));
      },
      endOne: (role, id, key) => store.endOne(role, id, key),
    };
  };
}

/** The few things needed of express-session, as promises. */
interface Opened {
  readonly id: string;
  data: SessionData | undefined;
  readonly seen: Seen | undefined;
  regenerate(): Promise<void>;
  end(): Promise<void>;
  /** Stores what changed. */
  keep(): Promise<void>;
}

function openedOf(req: Request): Opened {
  let isChanged = false;
  return {
    get id() {
      return req.sessionID;
    },
    get data() {
      return (req.session as Stored | undefined)?.data;
    },
    set data(data) {
      const current = req.session as Stored | undefined;
      if (current === undefined || data === undefined) return;
      current.data = data;
      isChanged = true;
    },
    get seen() {
      return (req.session as Stored | undefined)?.seen;
    },
    regenerate: () => settled((done) => req.session.regenerate(done)),
    end: () => settled((done) => req.session.destroy(done)),
    async keep() {
      if (!isChanged || (req.session as Stored | undefined) === undefined) return;
      isChanged = false;
      await settled((done) => req.session.save(done));
    },
  };
}

const run = (handler: RequestHandler, req: Request, res: Response): Promise<void> =>
  settled((done) => void handler(req, res, done));

const settled = (start: (done: (error?: unknown) => void) => void): Promise<void> =>
  new Promise((resolve, reject) => start((error) => (error ? reject(error as Error) : resolve())));

/** express-session's callbacks over our store. The end is fixed when a session is first saved. */
function adapt(store: SessionStore, clock: Clock): session.Store {
  const answer = <T>(work: Promise<T>, done?: (error?: unknown, value?: T) => void): void =>
    void work.then(
      (value) => done?.(null, value),
      (error: unknown) => done?.(error),
    );
  return new (class extends session.Store {
    override get(id: string, done: (error: unknown, value?: session.SessionData | null) => void): void {
      answer(
        store.load(storedId(id), clock()).then((found) =>
          found === undefined
            ? null
            : ({
                cookie: { originalMaxAge: null },
                data: found.data,
                seen: found.seen,
                expiresAt: found.expiresAt,
              } as unknown as session.SessionData),
        ),
        done,
      );
    }
    /** What has an end was loaded, and may have ended meanwhile. */
    override set(id: string, { data = {}, expiresAt }: Stored, done?: (error?: unknown) => void): void {
      const now = clock();
      const work =
        expiresAt === undefined
          ? store.save(storedId(id), data, later(now, LIFESPAN_MS), now)
          : store.replace(storedId(id), data, new Date(expiresAt), now);
      answer(work, done);
    }
    override destroy(id: string, done?: (error?: unknown) => void): void {
      answer(store.remove(storedId(id)), done);
    }
  })();
}
