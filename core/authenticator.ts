import type { AdminActor, ClientActor } from './actor.ts';
import type { Context } from './context.ts';

/** Turns credentials into an actor. Contributed by the module that owns those people. */
export type Authenticator = ClientAuthenticator | AdminAuthenticator;

/** Turns a secret of its own kind into a client: keys and tokens that a module issues beside those of the accounts. */
export interface Recognizer {
  /** As the module's dialect names it in the credentials. */
  readonly kind: string;
  /** Undefined when it is unknown or no longer counts; throws when it is genuine and may not be used here and now. */
  recognize(ctx: Context, secret: string): Promise<ClientActor | undefined>;
}

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
