import { Type, type Static } from '@sinclair/typebox';
import type { ClientActor } from '#core/actor';
import type { Context, Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { defineEvent, defineHook } from '#core/event';
import type { Money } from '#core/money';
import type { Tally } from '#core/report';
import { Id, MapOf, Or, Text } from '#core/schema';
import { defineSocket } from '#core/plugin';
import { defineService } from '#core/service';
import type { Phrase } from '#core/web/phrase';
import type { Row } from '#core/web/widget';
import { customInputs, inputsOf, PROFILE_NAMES } from './fields.ts';

/** All that other modules may see of clients. */

export type ClientStatus = 'active' | 'suspended' | 'canceled';

export interface Client {
  readonly id: number;
  /** Empty for who has none. */
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
  /** Where letters about invoices go instead. */
  readonly billingEmail: string | undefined;
  readonly createdAt?: Date | undefined;
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

/** A client nobody else can change until the transaction ends. */
export interface LockedClient extends Client {
  /** Without custom fields. */
  readonly summary: Static<typeof ClientSummary>;
}

export interface ClientService {
  find(ctx: Context, id: number): Promise<Client | undefined>;
  /** Throws "Client not found". */
  get(ctx: Context, id: number): Promise<Client>;
  /** To be taken before all other locks, but for that of a cart. Throws "Client not found". */
  lock(tx: Tx, id: number): Promise<LockedClient>;
  /** The public fields of several clients in one query, by id. */
  summaries(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, Static<typeof ClientSummary>>>;
  /** The fields staff see in lists (platform spec C1), of several clients in one query, by id. */
  staffSummaries(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, Record<string, unknown>>>;
  /** Ids of clients whose first or last name contains `text`, as a subquery other modules may not build themselves. */
  searchIds(ctx: Context, text: string, limit: number): Promise<readonly number[]>;
  /** By the beginning of a first or last name, or exactly an id or an e-mail address. */
  findIds(ctx: Context, text: string, limit: number): Promise<readonly number[]>;
  /** Titles of client groups, by id; in one query. */
  groupTitles(ctx: Context, ids: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** Titles of all client groups, by id, for a choice. */
  allGroups(ctx: Context): Promise<Readonly<Record<string, string>>>;
  /** For reports. */
  readonly tally: Tally;
  /** The countries with the most clients, most first; `""` is none. */
  countByCountry(ctx: Context, limit: number): Promise<ReadonlyMap<string, number>>;
  /** Removes sign-ins older than `time`, `limit` at most; returns how many went. */
  forgetSignInsBefore(tx: Tx, time: Date, limit: number): Promise<number>;
  /** Sets the currency of a client who has none yet. */
  settleCurrency(tx: Tx, id: number, currency: string): Promise<void>;
}

export const clientService = defineService<ClientService>('client');

/** A line to book in the ledger of what clients have paid in advance. */
export interface NewBalanceLine {
  readonly clientId: number;
  /** Negative when credit is spent. */
  readonly amount: Money;
  readonly description: string;
  /** `gift`, `invoice`, `transaction`, or the name of a gateway. */
  readonly type: string;
  readonly relId?: string;
  /** An invoice line is booked at most once. */
  readonly invoiceItemId?: number;
}

/** A line of the ledger. */
export interface BalanceLine {
  readonly id: number;
  /** Below zero for what was taken. */
  readonly amount: Money;
  readonly description: string | undefined;
  readonly type: string;
  readonly relId: string | undefined;
  readonly createdAt: Date;
}

/** What clients have paid in advance: sums over a ledger to which lines are only added. */
export interface BalanceService {
  /** In the client's currency; undefined when the client has none. */
  balanceOf(ctx: Context, clientId: number): Promise<Money | undefined>;
  /** The same of several in one query; clients without a currency are absent. */
  balancesOf(ctx: Context, clientIds: readonly number[]): Promise<ReadonlyMap<number, Money>>;
  /** The whole ledger of a client, newest first, with what was taken back: the amounts add up to the balance. */
  history(
    ctx: Context,
    filter: { clientId: number; isCredit?: boolean | undefined },
    request: PageRequest,
  ): Promise<Page<BalanceLine>>;
  /** Keeps others from booking for this client until the transaction ends, so that no credit is spent twice. */
  lockBalance(tx: Tx, clientId: number): Promise<Money | undefined>;
  /** Returns the id of the line; undefined when that invoice line was booked before. */
  book(tx: Tx, line: NewBalanceLine): Promise<number | undefined>;
  /** Many at once, each at its time, with their ids in the same order. For imports, while nobody else books. */
  bookAll(tx: Tx, lines: readonly (NewBalanceLine & { readonly at: Date })[]): Promise<readonly number[]>;
  /** Those of several lines that are in the ledger, for those who keep their numbers. */
  existingLines(ctx: Context, ids: readonly number[]): Promise<ReadonlySet<number>>;
}

export const balanceService = defineService<BalanceService>('client');

/** The client as clients see themselves (platform spec C7). */
export const OwnClient = Type.Object(
  { ...ClientSummary.properties, billing_email: NullableText, balance: Type.Number() },
  { additionalProperties: true },
);

/** What clients may change of themselves; all else that is sent is dropped. */
export const ProfileInput = Type.Object({
  email: Type.Optional(Text({ maxLength: 255 })),
  ...inputsOf(PROFILE_NAMES),
  ...customInputs,
});

/** What clients do with their own account. */
export interface ClientProfileService {
  own(ctx: Context, id: number): Promise<Static<typeof OwnClient>>;
  updateProfile(ctx: Context<ClientActor>, change: Static<typeof ProfileInput>): Promise<void>;
  tokenOf(ctx: Context, id: number): Promise<string | undefined>;
  /** Replaces the API token, for the client or for staff; the old one is refused from now on. Throws "Client not found". */
  replaceToken(ctx: Context, id: number): Promise<string>;
  changeOwnPassword(ctx: Context<ClientActor>, change: PasswordChange): Promise<void>;
  /** Throws unless this is the client's own password. Counts as a try to change it. */
  checkOwnPassword(ctx: Context<ClientActor>, password: string): Promise<void>;
}

export interface PasswordChange {
  readonly current: string;
  readonly next: string;
  readonly confirmation: string;
}

export const clientProfileService = defineService<ClientProfileService>('client');

/** Whether a client may act now. */
export interface ClientStanding {
  /** Empty when there is none. */
  readonly email: string;
  readonly status: ClientStatus;
  readonly mustConfirmEmail: boolean;
}

export interface Newcomer {
  readonly email?: string | undefined;
  readonly firstName: string;
  readonly lastName?: string | undefined;
  readonly currency: string;
  /** What was sent, for those who are asked. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** For modules by whose own doors clients come and are known. */
export interface NewcomerService {
  /** One prepared look-up, for the hot path. */
  standingOf(ctx: Context, id: number): Promise<ClientStanding | undefined>;
  /** Whatever the case of its letters. */
  findByEmail(ctx: Context, email: string): Promise<Client | undefined>;
  /** Makes the one link by which this client can choose a password, and returns what it carries, sealed. */
  openPasswordLink(tx: Tx, id: number): Promise<string>;
  /** What follows `/client/reset-password-confirm/`; undefined once it does not work any more. */
  passwordLink(ctx: Context, sealed: string): Promise<string | undefined>;
  /**
   * Before the transaction of `addNewcomer`: throws `client.sign_up_closed`, or what is wrong with the address; gives it
   * as it is kept.
   */
  checkNewcomer(ctx: Context, newcomer: Pick<Newcomer, 'email' | 'fields'>): Promise<string | undefined>;
  /** A client without a password. Without an e-mail address nobody is asked and nothing is to be confirmed. */
  addNewcomer(tx: Tx, newcomer: Newcomer): Promise<number>;
  rename(ctx: Context, id: number, name: { readonly firstName: string; readonly lastName: string }): Promise<void>;
}

export const newcomerService = defineService<NewcomerService>('client');

const ClientId = Type.Object({ clientId: Id });
const SignInTry = Type.Object({ email: Type.String(), ip: Type.String() });
const Sent = MapOf(Type.Unknown());

export const clientSignedUp = defineEvent('client.signed_up', ClientId);
export const clientCreated = defineEvent('client.created', Type.Object({ clientId: Id, sendsWelcome: Type.Boolean() }));
export const clientRemoved = defineEvent('client.removed', ClientId);
export const clientSignedIn = defineEvent('client.signed_in', Type.Object({ clientId: Id, ip: Type.String() }));
export const clientSignInFailed = defineEvent('client.sign_in_failed', SignInTry);
export const clientUpdated = defineEvent('client.updated', ClientId);
/** By staff; the client's own change is `client.own_password_changed`. */
export const clientPasswordChanged = defineEvent('client.password_changed', ClientId);
export const clientOwnPasswordChanged = defineEvent('client.own_password_changed', ClientId);
export const clientPasswordReset = defineEvent('client.password_reset', ClientId);
export const clientProfileChanged = defineEvent('client.profile_changed', ClientId);

/** Asked before a visitor's sign-up is stored. */
export const clientSigningUp = defineHook(
  'client.signing_up',
  Type.Object({ email: Type.String(), ip: Type.String(), sent: Sent }),
);
/** Asked before a client is removed; modules with rows of this client remove them here, in the same transaction. */
export const clientBeingRemoved = defineHook('client.being_removed', ClientId);
/** Asked before the password of a sign-in is looked at. */
export const clientSigningIn = defineHook('client.signing_in', SignInTry);
/** Asked before a link to set a new password is sent. */
export const clientAskingReset = defineHook(
  'client.asking_reset',
  Type.Object({ email: Type.String(), ip: Type.String(), sent: Sent }),
);
/** Asked before a password is set by the link of a letter, which ends in `hash`. */
export const clientResettingPassword = defineHook('client.resetting_password', Type.Object({ hash: Type.String() }));
/** Asked before clients change their own profile. */
export const clientChangingProfile = defineHook(
  'client.changing_profile',
  Type.Object({ clientId: Id, ip: Type.String(), sent: Sent }),
);
/** Asked before clients change their own password. */
export const clientChangingOwnPassword = defineHook('client.changing_own_password', ClientId);
/** Asked before staff create a client. */
export const clientBeingCreated = defineHook('client.being_created', Type.Object({ sent: Sent }));
/** Asked before staff change a client. */
export const clientBeingUpdated = defineHook(
  'client.being_updated',
  Type.Object({ clientId: Id, ip: Type.String(), sent: Sent }),
);
/** Asked before staff give a client another password. */
export const clientPasswordBeingChanged = defineHook('client.password_being_changed', ClientId);
/** Asked before staff give a client another currency; whoever keeps amounts of this client refuses. */
export const clientChangingCurrency = defineHook(
  'client.changing_currency',
  Type.Object({ clientId: Id, currency: Or(Type.String()) }),
);

/** Whom staff must be allowed to see it: a permission key of the module that shows it. */
interface Guarded {
  readonly module: string;
  readonly permission: string;
}

/** A few of a module's things that belong to a client, for the client's page in the staff panel. */
export interface ClientSection extends Guarded {
  readonly title: Phrase;
  readonly order: number;
  load(ctx: Context, clientId: number): Promise<readonly Row[]>;
  /** Where all of them are. */
  allAt(clientId: number): string;
  /** Where staff make another. */
  newAt?(clientId: number): string;
}

export const clientSection = defineSocket<ClientSection>('client.section');

/** Something that happened to a client. */
export interface ClientMoment extends Row {
  readonly at: Date;
}

/** What a module has to tell of a client's life. */
export interface ClientStory extends Guarded {
  /** The latest that were before a time, or of all; the newest first, `limit` at most, over an index. */
  load(ctx: Context, clientId: number, span: StorySpan): Promise<readonly ClientMoment[]>;
}

export interface StorySpan {
  readonly before: Date | undefined;
  readonly limit: number;
}

export const clientStory = defineSocket<ClientStory>('client.story');
