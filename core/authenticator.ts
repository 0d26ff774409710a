import type { AdminActor, ClientActor } from './actor.ts';
import type { Context } from './context.ts';

/** Turns credentials into an actor. Contributed by the module that owns those people. */
export type Authenticator = ClientAuthenticator | AdminAuthenticator;

interface Finds<A> {
  /** The active account with this API token. */
  byToken(ctx: Context, token: string): Promise<A | undefined>;
  /** The active account a session belongs to. */
  byId(ctx: Context, id: number): Promise<A | undefined>;
}

export interface ClientAuthenticator extends Finds<ClientActor> {
  readonly role: 'client';
}

export interface AdminAuthenticator extends Finds<AdminActor> {
  readonly role: 'admin';
}
