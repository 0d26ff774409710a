import type { Device } from './device.ts';
import type { Fingerprint } from './fingerprint.ts';

export interface SessionData {
  clientId?: number;
  adminId?: number;
  csrf?: string;
  fingerprint?: Fingerprint;
  /** Messages for the next page. */
  pending?: string[];
  /** Who has shown a password and still owes a code. Nobody is signed in by it. */
  half?: HalfSignIn & { readonly until: string };
  /** Where it began. */
  device?: Device;
  /** What modules keep of this visitor. It comes along at sign-in, and the client's sign-out ends it. */
  notes?: Readonly<Record<string, string>>;
}

/** The first of two steps. `proof` is the module's: whether what was shown still holds. */
export interface HalfSignIn {
  readonly role: 'client' | 'admin';
  readonly id: number;
  readonly proof: string;
}

/** A session as it is kept. */
export interface StoredSession {
  readonly data: SessionData;
  readonly expiresAt: Date;
  /** As far as it was noted: not each request is. */
  readonly seen: Seen | undefined;
}

export interface Seen {
  readonly at: Date;
  readonly ip: string;
}

/** Where sessions are kept: the database, or Redis. */
export interface SessionStore {
  load(id: string, now: Date): Promise<StoredSession | undefined>;
  save(id: string, data: SessionData, expiresAt: Date, now: Date): Promise<void>;
  /** Changes what is there: a session that ended meanwhile stays ended. */
  replace(id: string, data: SessionData, expiresAt: Date, now: Date): Promise<void>;
  /** Notes when and from where it was last used. */
  see(id: string, seen: Seen): Promise<void>;
  /** Those of an account, newest first. */
  listOf(
    role: 'client' | 'admin',
    accountId: number,
    now: Date,
  ): Promise<readonly (StoredSession & { readonly id: string })[]>;
  /** False when the account has no such session. */
  endOne(role: 'client' | 'admin', accountId: number, id: string): Promise<boolean>;
  remove(id: string): Promise<void>;
  /** Ends all sessions of an account, but for `except`. */
  endAll(role: 'client' | 'admin', accountId: number, except?: string): Promise<void>;
  purge(now: Date): Promise<void>;
}

/** A session as its owner sees it. */
export interface OwnSession {
  readonly key: string;
  readonly isHere: boolean;
  readonly browser: string | undefined;
  readonly system: string | undefined;
  readonly ip: string | undefined;
  readonly seenAt: Date | undefined;
  readonly expiresAt: Date;
}

export const ownOf = (
  { id, data, seen, expiresAt }: StoredSession & { readonly id: string },
  isHere: boolean,
): OwnSession => ({
  key: id,
  isHere,
  browser: data.device?.browser,
  system: data.device?.system,
  ip: seen?.ip ?? data.device?.ip,
  seenAt: seen?.at,
  expiresAt,
});
