import { Type, type Static } from '@sinclair/typebox';
import type { Context, Tx } from '#core/context';
import { defineEvent, defineHook } from '#core/event';
import { Id, MapOf, Or } from '#core/schema';
import { defineService } from '#core/service';

/** All that other modules may see of clients. */

export type ClientStatus = 'active' | 'suspended' | 'canceled';

export interface Client {
  readonly id: number;
  readonly email: string;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  readonly status: ClientStatus;
  readonly groupId: number | undefined;
  /** Set at the first purchase or by staff. */
  readonly currency: string | undefined;
  readonly isTaxExempt: boolean;
  readonly country: string | undefined;
  readonly state: string | undefined;
  readonly lang: string | undefined;
}

const NullableText = Or(Type.String());

/** The client as shown inside an order (commerce spec 8.1): the public fields. Active custom fields follow as `custom_1` … */
export const ClientSummary = Type.Object(
  {
    id: Type.Integer(),
    email: Type.String(),
    email_approved: Or(Type.Boolean()),
    type: NullableText,
    first_name: NullableText,
    last_name: NullableText,
    gender: NullableText,
    birthday: NullableText,
    phone_cc: NullableText,
    phone: NullableText,
    company: NullableText,
    company_vat: NullableText,
    company_number: NullableText,
    address_1: NullableText,
    address_2: NullableText,
    city: NullableText,
    state: NullableText,
    postcode: NullableText,
    country: NullableText,
    currency: NullableText,
    lang: NullableText,
    timezone: NullableText,
  },
  { additionalProperties: true },
);

export interface ClientService {
  find(ctx: Context, id: number): Promise<Client | undefined>;
  /** Throws "Client not found". */
  get(ctx: Context, id: number): Promise<Client>;
  /** The public fields of several clients in one query, by id. */
  summaries(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, Static<typeof ClientSummary>>>;
  /** The fields staff see in lists (platform spec C1), of several clients in one query, by id. */
  staffSummaries(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, Record<string, unknown>>>;
  /** Ids of clients whose first or last name contains `text`, as a subquery other modules may not build themselves. */
  searchIds(ctx: Context, text: string, limit: number): Promise<readonly number[]>;
  /** Sets the currency of a client who has none yet. */
  settleCurrency(tx: Tx, id: number, currency: string): Promise<void>;
}

export const clientService = defineService<ClientService>('client');

const ClientId = Type.Object({ clientId: Id });
export const clientSignedUp = defineEvent('client.signed_up', ClientId);
export const clientCreated = defineEvent('client.created', Type.Object({ clientId: Id, sendsWelcome: Type.Boolean() }));
export const clientRemoved = defineEvent('client.removed', ClientId);
/** Asked before a visitor's sign-up is stored. */
export const clientSigningUp = defineHook(
  'client.signing_up',
  Type.Object({ email: Type.String(), ip: Type.String(), sent: MapOf(Type.Unknown()) }),
);
/** Asked before a client is removed; modules with rows of this client remove them here, in the same transaction. */
export const clientBeingRemoved = defineHook('client.being_removed', ClientId);
