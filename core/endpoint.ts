import { Type, type Static, type TObject, type TSchema } from '@sinclair/typebox';
import type { Actor, AdminActor, ClientActor } from './actor.ts';
import type { Context } from './context.ts';
import { compileInput, type InputReader } from './schema.ts';
import type { PolicyName } from './http/limit.ts';
import type { HalfSignIn, OwnSession } from './http/session-data.ts';

export type Role = 'guest' | 'client' | 'admin';

/** One thing a caller may ask for. It knows no HTTP. */
export interface Endpoint {
  readonly role: Role;
  readonly summary: string;
  readonly input: TObject;
  readonly output: TSchema;
  readonly reader: InputReader<unknown>;
  /** Keys of the module that a staff member must hold; `[]` when access to the module is enough. */
  readonly permission: readonly string[];
  /** Limits of its own beside those of the role. */
  readonly limit: PolicyName | undefined;
  /** On the hot path: called by other people's software on every request of theirs. Guests only. */
  readonly isHot: boolean;
  /** A valid session wins over a token (spec A6, "Precedence"). */
  readonly prefersSession: boolean;
  /** Open to guests, but who shows a secret that a module recognizes is who it says, and a wrong one is refused. */
  readonly knowsCallers: boolean;
  /** Files may come with it, as `multipart/form-data`; elsewhere they are dropped. */
  readonly takesFiles: boolean;
  run(ctx: Context, input: unknown): Promise<unknown>;
}

interface Spec<A extends Actor, I extends TObject, O extends TSchema> {
  readonly summary: string;
  readonly input: I;
  readonly output: O;
  handle(ctx: Context<A>, input: Static<I>): Promise<Static<O> | Outcome>;
}

interface GuestSpec<I extends TObject, O extends TSchema> extends Spec<Actor, I, O> {
  readonly limit?: PolicyName;
  readonly isHot?: boolean;
  readonly knowsCallers?: boolean;
}

interface ClientSpec<I extends TObject, O extends TSchema> extends Spec<ClientActor, I, O> {
  readonly limit?: PolicyName;
  readonly prefersSession?: boolean;
}

interface AdminSpec<I extends TObject, O extends TSchema> extends Spec<AdminActor, I, O> {
  /** A key of this module (`view`), several, one of another module (`client.manage_api_keys`), or `access`: the module itself is enough. */
  readonly permission: string | readonly string[];
  readonly limit?: PolicyName;
  readonly prefersSession?: boolean;
  readonly takesFiles?: boolean;
}

/** Open to anyone. */
export const guestEndpoint = <I extends TObject, O extends TSchema>(spec: GuestSpec<I, O>): Endpoint =>
  endpoint('guest', spec, { limit: spec.limit, isHot: spec.isHot, knowsCallers: spec.knowsCallers });

/** For a signed-in client, who is `ctx.actor`. */
export const clientEndpoint = <I extends TObject, O extends TSchema>(spec: ClientSpec<I, O>): Endpoint =>
  endpoint('client', spec, { limit: spec.limit, prefersSession: spec.prefersSession });

/** For staff who hold `permission`. */
export const adminEndpoint = <I extends TObject, O extends TSchema>(spec: AdminSpec<I, O>): Endpoint =>
  endpoint('admin', spec, {
    permission: [spec.permission].flat().filter((key) => key !== 'access'),
    limit: spec.limit,
    prefersSession: spec.prefersSession,
    takesFiles: spec.takesFiles,
  });

interface Traits {
  readonly permission?: readonly string[];
  readonly limit?: PolicyName | undefined;
  readonly isHot?: boolean | undefined;
  readonly prefersSession?: boolean | undefined;
  readonly takesFiles?: boolean | undefined;
  readonly knowsCallers?: boolean | undefined;
}

function endpoint<A extends Actor, I extends TObject, O extends TSchema>(
  role: Role,
  spec: Spec<A, I, O>,
  traits: Traits,
): Endpoint {
  return {
    role,
    summary: spec.summary,
    input: spec.input,
    output: spec.output,
    reader: compileInput(spec.input),
    permission: traits.permission ?? [],
    limit: traits.limit,
    isHot: traits.isHot ?? false,
    prefersSession: traits.prefersSession ?? false,
    takesFiles: traits.takesFiles ?? false,
    knowsCallers: traits.knowsCallers ?? false,
    // Dispatch has settled that the actor is of this role and that the reader has made the input.
    run: (ctx, input) => spec.handle(ctx as Context<A>, input as Static<I>),
  };
}

/** The answer of a call that has nothing to tell but that it was done. */
export const Done = Type.Literal(true);
export const done = async (work: Promise<unknown>): Promise<true> => {
  await work;
  return true;
};

/** The words every dialect knows for what is more than an answer. */
export type Outcome = SignedIn | HalfSignedIn | SignedOut | Download | OfVisit | Created;

export class SignedIn {
  readonly role: 'client' | 'admin';
  readonly id: number;
  readonly result: unknown;
  /** Ends the session's other identity, as when staff impersonate a client and leave. */
  readonly isOnly: boolean;
  constructor(role: 'client' | 'admin', id: number, result: unknown, isOnly = false) {
    this.role = role;
    this.id = id;
    this.result = result;
    this.isOnly = isOnly;
  }
}

/** What is answered to who is half signed in. */
export const CODE_OWED = { needs_code: true } as const;

/** The password was right, and a code must follow: the session only remembers whom it is about. */
export class HalfSignedIn {
  readonly half: HalfSignIn;
  readonly result = CODE_OWED;
  constructor(half: HalfSignIn) {
    this.half = half;
  }
}

export class SignedOut {
  readonly role: 'client' | 'admin';
  readonly result: unknown;
  constructor(role: 'client' | 'admin', result: unknown) {
    this.role = role;
    this.result = result;
  }
}

/** The call made something; some dialects say so. */
export class Created {
  readonly result: unknown;
  constructor(result: unknown) {
    this.result = result;
  }
}

/** A file on the disk, which is sent as it is read, from any byte on. */
export interface StoredFile {
  readonly size: number;
  /** Tells this content from any other. */
  readonly hash: string;
  /** From the byte `start` up to the one before `end`. */
  open(start: number, end: number): NodeJS.ReadableStream;
}

export class Download {
  readonly name: string;
  readonly type: string;
  readonly content: NodeJS.ReadableStream | StoredFile | string | Buffer;
  /** To be looked at in the browser; only a PDF is, whatever else is asked for. */
  readonly isInline: boolean;
  constructor(name: string, type: string, content: Download['content'], isInline = false) {
    this.name = name;
    this.type = type;
    this.content = content;
    this.isInline = isInline && type === 'application/pdf';
  }
}

/** What only the door knows of a call; asking opens the session. */
export interface Visit {
  /** Path and query, as they were asked for. */
  readonly url: string;
  /** Whether a client or a staff member is signed in at this browser. */
  isSignedIn(): Promise<boolean>;
  /** The client who is signed in at this browser. */
  clientId(): Promise<number | undefined>;
  /** What a module keeps of this visitor, from before the sign-in until the sign-out. Others never see it. */
  note(name: string): Promise<string | undefined>;
  keepNote(name: string, text: string): Promise<void>;
  /** Who is signed in at this browser, in either role. */
  who(): Promise<{ readonly clientId: number | undefined; readonly adminId: number | undefined }>;
  /** What was kept for the next page of this browser; taking it clears it. */
  takeMessages(): Promise<readonly string[]>;
  /** Ends all sessions of an account but for the one of this call. */
  endOtherSessions(role: 'client' | 'admin', id: number): Promise<void>;
  /** The sessions of an account, newest first. */
  listSessions(role: 'client' | 'admin', id: number): Promise<readonly OwnSession[]>;
  /** False when the account has no such session. */
  endSession(role: 'client' | 'admin', id: number, key: string): Promise<boolean>;
  /** Who has shown a password here and still owes a code. */
  halfSignedIn(role: 'client' | 'admin'): Promise<HalfSignIn | undefined>;
}

/** An answer that depends on the visit. */
export class OfVisit {
  readonly answer: (visit: Visit) => Promise<unknown>;
  constructor(answer: (visit: Visit) => Promise<unknown>) {
    this.answer = answer;
  }
}

export const signedIn = (role: 'client' | 'admin', id: number, result: unknown, isOnly = false): SignedIn =>
  new SignedIn(role, id, result, isOnly);
export const halfSignedIn = (half: HalfSignIn): HalfSignedIn => new HalfSignedIn(half);
export const signedOut = (role: 'client' | 'admin', result: unknown): SignedOut => new SignedOut(role, result);
export const file = (name: string, type: string, content: Download['content']): Download =>
  new Download(name, type, content);
export const pdf = (name: string, content: Download['content']): Download =>
  new Download(name, 'application/pdf', content, true);
export const created = (result: unknown): Created => new Created(result);
export const ofVisit = (answer: (visit: Visit) => Promise<unknown>): OfVisit => new OfVisit(answer);
