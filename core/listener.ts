import type { Context, Tx } from './context.ts';
import type { EventToken, HookToken, PayloadOf } from './event.ts';

/** Told of a fact after it is committed. It may be told twice and must not mind. */
export interface Listener {
  readonly event: string;
  readonly token: EventToken;
  /** Stored with its deliveries: renaming one is a migration. */
  readonly name: string;
  run(ctx: Context, payload: unknown): Promise<void>;
}

/** Asked before something happens. Throwing an AppError refuses. */
export interface Hook {
  readonly hook: string;
  readonly token: HookToken;
  /** Inside the transaction. */
  readonly run?: (tx: Tx, question: unknown) => Promise<void>;
  /** Ahead of it, where the network may be used. */
  readonly consult?: (ctx: Context, question: unknown) => Promise<void>;
}

/**
 * What happens here in the words of a foreign contract, for modules that listen for these. The words are made within the
 * transaction, and only when somebody listens.
 */
export interface Echo {
  /** Name of the event or hook it repeats. */
  readonly of: string;
  /** Name under which those who know the other words hear it. */
  readonly as: string;
  words(payload: unknown, ctx: Context): Promise<Record<string, unknown>>;
}

/** A file that goes with a letter. */
export interface Attachment {
  readonly name: string;
  readonly type: string;
  readonly content: Buffer;
}

/** A letter: to whom, and what its template is told. `undefined` sends nothing. */
export interface Letter {
  readonly to: string;
  readonly toName?: string;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Language of the recipient, such as `zh_CN`; that of the installation when it is not known. */
  readonly lang?: string | undefined;
  /** The client it is for, in whose history it is kept. */
  readonly clientId?: number;
  /** It is for staff, `to` being everyone it concerns: whoever may narrow that, does. */
  readonly isForStaff?: boolean;
  /** Where the recipient can end letters of this kind; absent for letters nobody can do without. */
  readonly unsubscribeUrl?: string;
  readonly attachment?: Attachment | undefined;
}

/** Thrown by a listener whose time has not come: it is told again then, and that is no failure. */
export class NotYet extends Error {
  readonly at: Date;
  constructor(at: Date) {
    super(`Not before ${at.toISOString()}.`);
    this.name = 'NotYet';
    this.at = at;
  }
}

/** A listener that writes a letter from `views/mail/<template>.liquid`. */
export interface Mail {
  readonly event: string;
  readonly token: EventToken;
  readonly template: string;
  write(ctx: Context, payload: unknown): Promise<Letter | undefined>;
}

// A payload is checked against its token's schema when it is emitted, so what arrives here has that type.
export const on = <E extends EventToken>(
  event: E,
  name: string,
  run: (ctx: Context, payload: PayloadOf<E>) => Promise<void>,
): Listener => ({
  event: event.name,
  token: event,
  name,
  run: (ctx, payload) => run(ctx, payload as PayloadOf<E>),
});

export const before = <H extends HookToken>(hook: H, run: (tx: Tx, question: PayloadOf<H>) => Promise<void>): Hook => ({
  hook: hook.name,
  token: hook,
  run: (tx, question) => run(tx, question as PayloadOf<H>),
});

/** For who must ask somebody outside before answering: the asker says `consult(ctx, hook, …)` before its transaction. */
export const ahead = <H extends HookToken>(
  hook: H,
  consult: (ctx: Context, question: PayloadOf<H>) => Promise<void>,
): Hook => ({
  hook: hook.name,
  token: hook,
  consult: (ctx, question) => consult(ctx, question as PayloadOf<H>),
});

export const echo = <T extends EventToken | HookToken>(
  of: T,
  as: string,
  words: (payload: PayloadOf<T>, ctx: Context) => Record<string, unknown> | Promise<Record<string, unknown>>,
): Echo => ({ of: of.name, as, words: async (payload, ctx) => words(payload as PayloadOf<T>, ctx) });

export const mail = <E extends EventToken>(
  event: E,
  template: string,
  write: (ctx: Context, payload: PayloadOf<E>) => Promise<Letter | undefined>,
): Mail => ({
  event: event.name,
  token: event,
  template,
  write: (ctx, payload) => write(ctx, payload as PayloadOf<E>),
});
