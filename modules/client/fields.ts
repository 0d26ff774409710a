import { Type, type TOptional, type TUnsafe } from '@sinclair/typebox';
import { OrNull, Text } from '#core/schema';

/** The plain facts about a client with their greatest lengths. A name is the same on the wire and in the table. */
const LENGTHS = {
  aid: 255,
  auth_type: 255,
  billing_email: 255,
  type: 100,
  first_name: 100,
  last_name: 100,
  gender: 20,
  birthday: 40,
  phone_cc: 10,
  phone: 100,
  company: 100,
  company_vat: 100,
  company_number: 255,
  address_1: 100,
  address_2: 100,
  city: 100,
  state: 100,
  postcode: 100,
  country: 100,
  currency: 10,
  lang: 10,
  timezone: 64,
  notes: 65_535,
} as const;

export type PlainName = keyof typeof LENGTHS;
export type CustomName = `custom_${number}`;
export type DetailName = PlainName | CustomName;

/** What is known of a client; null where nothing is. */
export type Details = Readonly<Record<DetailName, string | null>>;
/** Only what is to change. */
export type DetailChanges = Readonly<Partial<Record<DetailName, string | null>>>;

export const PLAIN_NAMES = Object.keys(LENGTHS) as PlainName[];
export const CUSTOM_NAMES: readonly CustomName[] = Array.from(
  { length: 20 },
  (_, at): CustomName => `custom_${at + 1}`,
);
export const DETAIL_NAMES: readonly DetailName[] = [...PLAIN_NAMES, ...CUSTOM_NAMES];

/** What a visitor may say of themselves at sign-up, apart from name, e-mail and password. */
export const SIGN_UP_NAMES = [
  'last_name', 'gender', 'birthday', 'company', 'company_vat', 'company_number', 'type', 'address_1', 'address_2', 'city',
  'state', 'postcode', 'country', 'phone_cc', 'phone', 'lang', 'timezone',
] as const satisfies readonly PlainName[]; // prettier-ignore

/** What clients may change in their profile. */
export const PROFILE_NAMES = ['first_name', ...SIGN_UP_NAMES, 'billing_email', 'notes'] as const;

/** What staff may say of a client. */
export const STAFF_NAMES = [...PROFILE_NAMES, 'aid', 'currency'] as const;

export type Input = TOptional<TUnsafe<string | null>>;

const input = (maxLength: number): Input => Type.Optional(OrNull(Text({ maxLength })));

/** Input fields of these names, each of which may be absent. */
export const inputsOf = <N extends PlainName>(names: readonly N[]): Record<N, Input> =>
  Object.fromEntries(names.map((name) => [name, input(LENGTHS[name])])) as Record<N, Input>;

export const customInputs: Record<CustomName, Input> = Object.fromEntries(
  CUSTOM_NAMES.map((name) => [name, input(65_535)]),
);

/** The details among what was sent; all else is left behind. */
export function pick(sent: Readonly<Record<string, unknown>>, names: readonly PlainName[]): DetailChanges {
  const changes: Partial<Record<DetailName, string | null>> = {};
  for (const name of [...names, ...CUSTOM_NAMES]) {
    const value = sent[name];
    if (typeof value === 'string' || value === null) changes[name] = value;
  }
  return changes;
}
