import type { Static, TObject, TSchema } from '@sinclair/typebox';
import type { AdminActor, ClientActor } from '#core/actor';
import type { Context } from '#core/context';
import { adminEndpoint, clientEndpoint, type Endpoint, type Outcome } from '#core/endpoint';
import type { Owner } from '#modules/two-factor/contract';

export type Role = Owner['role'];
export type OwnContext = Context<AdminActor> | Context<ClientActor>;

interface Spec<I extends TObject, O extends TSchema> {
  readonly summary: string;
  readonly input: I;
  readonly output: O;
  handle(ctx: OwnContext, input: Static<I>): Promise<Static<O> | Outcome>;
}

/** What clients and staff do alike with the own account. */
export const ownEndpoint = <I extends TObject, O extends TSchema>(role: Role, spec: Spec<I, O>): Endpoint =>
  role === 'client' ? clientEndpoint(spec) : adminEndpoint({ ...spec, permission: 'access' });

/** Who is acting, as the owner of what is kept of the account. */
export const ownerOf = ({ actor }: OwnContext): Owner => ({ role: actor.kind, id: actor.id });
