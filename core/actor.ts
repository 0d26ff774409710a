/** Who is calling. Settled before an endpoint runs. */
export type Actor = GuestActor | ClientActor | AdminActor | SystemActor;

export interface GuestActor {
  readonly kind: 'guest';
}

export interface ClientActor {
  readonly kind: 'client';
  readonly id: number;
  readonly email: string;
  /** Whether the client still has to confirm the e-mail address before anything else. */
  readonly mustConfirmEmail: boolean;
  /** The language of the account, as it is kept. */
  readonly lang?: string | undefined;
  /** What was shown to say so, where it was neither a session nor the account's own token. */
  readonly shown?: { readonly kind: string; readonly id: number };
}

export interface AdminActor {
  readonly kind: 'admin';
  readonly id: number;
  readonly email: string;
  readonly rights: Rights;
}

/** A job, a listener or the command line. Everything is allowed. */
export interface SystemActor {
  readonly kind: 'system';
}

/** What a staff member may do: everything, or what the groups grant, merged: module → key → true. */
export type Rights = 'all' | Readonly<Record<string, Readonly<Record<string, boolean>>>>;

export const guestActor: GuestActor = { kind: 'guest' };
export const systemActor: SystemActor = { kind: 'system' };

/** Modules every staff member may enter (spec A12). */
const OPEN_TO_ALL = ['index', 'dashboard', 'profile'];

export const mayEnter = (rights: Rights, module: string): boolean =>
  rights === 'all' || OPEN_TO_ALL.includes(module) || rights[module]?.['access'] === true;

/** Whether `rights` include the key `view` of module `client`, which needs access to the module too (spec A12). */
export const holds = (rights: Rights, module: string, key: string): boolean =>
  rights === 'all' || OPEN_TO_ALL.includes(module) || (mayEnter(rights, module) && rights[module]?.[key] === true);
