import { Type, type Static } from '@sinclair/typebox';
import { later } from '#core/clock';
import { invalidInput } from '#core/error';
import { toNumber } from '#core/money';
import {
  DateTime,
  Flag,
  Id,
  isTruthy,
  Or,
  OrNull,
  OneOf,
  Paging,
  required,
  Text,
  Truthy,
  type Sent,
} from '#core/schema';
import type { Account, Identity, NewAccount, SignUp } from './account.ts';
import { ClientSummary } from './contract.ts';
import { CUSTOM_NAMES, customInputs, inputsOf, pick, SIGN_UP_NAMES, STAFF_NAMES, type Details } from './fields.ts';
import type { Group } from './group-repository.ts';
import { filled, readTime, toId } from './read.ts';
import type { Change, ClientRecord, Filter } from './repository.ts';
import type { CustomField, Rules } from './rules.ts';

const NullableText = Or(Type.String());
const Status = OneOf('active', 'suspended', 'canceled');
const STATUS_LENGTH = 30;

/** The client as staff see it in lists; a single one has `client_group` and `api_token` besides. */
export const StaffClient = Type.Object(
  {
    ...ClientSummary.properties,
    aid: NullableText,
    group_id: Or(Type.Integer()),
    group: NullableText,
    role: Type.Literal('client'),
    auth_type: NullableText,
    status: Type.String({ maxLength: STATUS_LENGTH }),
    tax_exempt: Type.Boolean(),
    notes: NullableText,
    ip: NullableText,
    referred_by: NullableText,
    billing_email: NullableText,
    created_at: Or(DateTime),
    updated_at: DateTime,
    balance: Type.Number(),
    ...Object.fromEntries(CUSTOM_NAMES.map((name) => [name, NullableText])),
  },
  { additionalProperties: true },
);

export const SingleClient = Type.Object(
  {
    ...StaffClient.properties,
    client_group: Type.Optional(Type.Object({ id: Type.Integer(), title: Type.String() })),
    api_token: Type.Optional(NullableText),
  },
  { additionalProperties: true },
);

const PUBLIC_NAMES = [
  'type', 'first_name', 'last_name', 'gender', 'birthday', 'phone_cc', 'phone', 'company', 'company_vat',
  'company_number', 'address_1', 'address_2', 'city', 'state', 'postcode', 'country', 'currency', 'lang', 'timezone',
] as const; // prettier-ignore

const only = <N extends keyof Details>(details: Details, names: readonly N[]): Record<N, string | null> =>
  Object.fromEntries(names.map((name) => [name, details[name]])) as Record<N, string | null>;

/** Custom fields follow as far as they are active and filled in. */
export function presentPublic(
  client: ClientRecord,
  customFields: readonly CustomField[],
): Static<typeof ClientSummary> {
  const shown = customFields.filter(({ name, isActive }) => isActive && client.details[name]);
  return {
    id: client.id,
    email: client.email,
    email_approved: client.isEmailApproved ?? null,
    ...only(client.details, PUBLIC_NAMES),
    ...only(
      client.details,
      shown.map(({ name }) => name),
    ),
  };
}

export const presentForStaff = ({ client, balance }: Account): Static<typeof StaffClient> => ({
  ...presentPublic(client, []),
  ...only(client.details, CUSTOM_NAMES),
  aid: client.details.aid,
  auth_type: client.details.auth_type,
  notes: client.details.notes,
  billing_email: client.details.billing_email,
  group_id: client.groupId ?? null,
  group: client.groupTitle ?? null,
  role: 'client' as const,
  status: client.status,
  tax_exempt: client.isTaxExempt,
  ip: client.ip ?? null,
  referred_by: client.referredBy ?? null,
  created_at: client.createdAt ?? null,
  updated_at: client.updatedAt,
  balance: balance === undefined ? 0 : toNumber(balance),
});

/** `token` only for those who may manage API keys; undefined leaves it out. */
export function presentSingle(account: Account, token: string | null | undefined): Static<typeof SingleClient> {
  const { groupId, groupTitle } = account.client;
  return {
    ...presentForStaff(account),
    ...(groupId !== undefined && { client_group: { id: groupId, title: groupTitle ?? '' } }),
    ...(token !== undefined && { api_token: token }),
  };
}

export const IdentityView = Type.Object({
  id: Type.Integer(),
  email: Type.String(),
  name: Type.String(),
  role: Type.Literal('client'),
});
export const presentIdentity = (identity: Identity): Static<typeof IdentityView> => ({ ...identity, role: 'client' });

/** Filters come as text from forms; blank is no filter. */
const filters = {
  id: Type.Optional(Text()),
  name: Type.Optional(Text()),
  email: Type.Optional(Text()),
  company: Type.Optional(Text()),
  status: Type.Optional(Text()),
  group_id: Type.Optional(Text()),
  created_at: Type.Optional(Text({ description: 'Created on this day.' })),
  date_from: Type.Optional(Text()),
  date_to: Type.Optional(Text()),
  search: Type.Optional(Text({ description: 'A number is an id; text is part of a name, an address or a company.' })),
};

export const ListInput = Type.Object({ ...filters, ...Paging });
export const PairsInput = Type.Object({ ...filters, per_page: Type.Optional(Text()) });

export function toFilter(sent: Omit<Static<typeof PairsInput>, 'per_page'>): Filter {
  const day = readTime('created_at', sent.created_at);
  return {
    id: filled(sent.id),
    name: filled(sent.name),
    email: filled(sent.email),
    company: filled(sent.company),
    status: filled(sent.status),
    groupId: toId(sent.group_id),
    createdFrom: latest(day && startOfDay(day), readTime('date_from', sent.date_from)),
    createdTo: earliest(day && later(nextDay(day), -1), readTime('date_to', sent.date_to)),
    search: filled(sent.search),
  };
}

const PAIRS = 30;
const MOST_PAIRS = 10_000;

export function toLimit(sent: string | undefined): number {
  if (sent === undefined) return PAIRS;
  if (!/^\s*\d+\s*$/.test(sent) || Number(sent) < 1) throw invalidInput('paging', 'Invalid per page number');
  return Math.min(Number(sent), MOST_PAIRS);
}

export const CreateInput = Type.Object({
  email: required('Email required', Text({ maxLength: 255 })),
  first_name: required('First name is required', Text({ maxLength: 100 })),
  password: Type.Optional(Text()),
  send_welcome_email: Flag(true),
  status: Type.Optional(Status),
  group_id: Type.Optional(OrNull(Text())),
  ip: Type.Optional(OrNull(Text({ maxLength: 45 }))),
  created_at: Type.Optional(OrNull(Text())),
  ...without(inputsOf([...STAFF_NAMES, 'auth_type']), 'first_name'),
  ...customInputs,
});

export function toNewAccount(sent: Static<typeof CreateInput>): NewAccount {
  const details = pick(sent, [...STAFF_NAMES, 'auth_type']);
  const entries = Object.entries(details).filter(
    ([name, value]) => value !== null && !(name === 'currency' && value === ''),
  );
  return {
    email: sent.email,
    password: filled(sent.password),
    status: sent.status ?? 'active',
    sendsWelcome: sent.send_welcome_email,
    groupId: readGroup(sent.group_id) ?? undefined,
    ip: filled(sent.ip),
    createdAt: readTime('created_at', sent.created_at),
    details: Object.fromEntries(entries),
  };
}

export const UpdateInput = Type.Object({
  id: required('Client ID was not passed', Id),
  email: Type.Optional(Text({ maxLength: 255 })),
  status: Type.Optional(Status),
  group_id: Type.Optional(OrNull(Text())),
  client_group_id: Type.Optional(OrNull(Text())),
  email_approved: Type.Optional(Truthy()),
  tax_exempt: Type.Optional(Truthy()),
  created_at: Type.Optional(OrNull(Text())),
  ...inputsOf(STAFF_NAMES),
  ...customInputs,
});

export const toChange = (sent: Static<typeof UpdateInput>): Change => ({
  email: sent.email,
  status: sent.status,
  groupId: readGroup(sent.group_id === undefined ? sent.client_group_id : sent.group_id),
  isEmailApproved: sent.email_approved,
  isTaxExempt: sent.tax_exempt,
  createdAt: sent.created_at === undefined ? undefined : (readTime('created_at', sent.created_at) ?? null),
  details: pick(sent, STAFF_NAMES),
});

export const SignUpInput = Type.Object(
  {
    email: required('Email required', Text({ maxLength: 255 })),
    first_name: required('First name required', Text({ maxLength: 100 })),
    password: required('Password required', Text()),
    password_confirm: required('Password confirmation required', Text()),
    ...inputsOf(SIGN_UP_NAMES),
    ...customInputs,
  },
  { additionalProperties: true, description: 'Fields of spam protection come beside these.' },
);

/** Only the names of the contract are stored, whatever else is sent. */
export function toSignUp(sent: Static<typeof SignUpInput>): SignUp {
  const { password, password_confirm: confirmation, ...rest } = sent;
  const details = pick(rest, ['first_name', ...SIGN_UP_NAMES]);
  const given = Object.entries(details).filter(([, value]) => value !== null);
  return { email: sent.email, password, confirmation, details: Object.fromEntries(given), sent: rest as Sent };
}

export const GroupView = Type.Object({
  id: Type.Integer(),
  title: Type.String(),
  created_at: DateTime,
  updated_at: DateTime,
});
export const presentGroup = (group: Group): Static<typeof GroupView> => ({
  id: group.id,
  title: group.title,
  created_at: group.createdAt,
  updated_at: group.updatedAt,
});

export const CustomFieldView = Type.Object({ title: Type.String(), active: Type.Boolean(), required: Type.Boolean() });
export const presentCustomFields = ({ customFields }: Rules): Record<string, Static<typeof CustomFieldView>> =>
  Object.fromEntries(
    customFields.map(({ name, title, isActive, isRequired }) => [
      name,
      { title, active: isActive, required: isRequired },
    ]),
  );

function without<T extends object, K extends keyof T>(fields: T, name: K): Omit<T, K> {
  const { [name]: _, ...rest } = fields;
  return rest;
}

/** Null is no group. */
function readGroup(sent: string | null | undefined): number | null | undefined {
  if (sent === undefined) return undefined;
  if (!isTruthy(sent)) return null;
  const id = toId(sent ?? '');
  if (id === undefined || id === 0) throw invalidInput('client.group', `Invalid client group ID: ${sent}`);
  return id;
}

/** The process runs in the wire's zone, so local days are its days. */
const startOfDay = (time: Date): Date => new Date(time.getFullYear(), time.getMonth(), time.getDate());
const nextDay = (time: Date): Date => new Date(time.getFullYear(), time.getMonth(), time.getDate() + 1);
const latest = (a: Date | undefined, b: Date | undefined): Date | undefined => (a && b ? (a > b ? a : b) : (a ?? b));
const earliest = (a: Date | undefined, b: Date | undefined): Date | undefined => (a && b ? (a < b ? a : b) : (a ?? b));
