import { checkEmail } from '#core/email';
import { invalidInput } from '#core/error';
import { parseDate } from '#core/schema';
import { checkTimeZone } from '#core/time-zone';
import { isCountry } from './countries.ts';
import type { DetailChanges, DetailName } from './fields.ts';

const GENDERS = ['male', 'female', 'nonbinary', 'other'];
const EARLIEST_YEARS_AGO = 120;

/** Fields of several lines; in all others a control character, such as a line break, becomes a space. */
const LONG: readonly DetailName[] = ['notes'];

/** Addresses are kept in lower case, so that one mailbox is one account. */
export function readEmail(sent: string): string {
  const email = sent.trim().normalize('NFC').toLowerCase();
  checkEmail(email);
  return email;
}

/** As staff and visitors send them: throws the contract's texts for what is not valid (spec A13). */
export function checkDetails(sent: DetailChanges): DetailChanges {
  const changes = tidy(sent);
  checkCommon(changes);
  const { gender } = changes;
  if (typeof gender === 'string' && !GENDERS.includes(gender)) throw invalidInput('client.gender', 'Invalid gender');
  if (changes.birthday === '') delete changes.birthday;
  if (isSet(changes.birthday)) changes.birthday = readDay(changes.birthday, 'Birthdate is invalid');
  return changes;
}

/** As clients send their own: absent and null keep what is there, and so do empty parts of the phone number. */
export function checkProfile(sent: DetailChanges, now: Date): DetailChanges {
  const given = Object.entries(sent).filter(([, value]) => value !== null);
  const changes = tidy(Object.fromEntries(given));
  for (const name of ['phone', 'phone_cc'] as const) if (changes[name] === '') delete changes[name];
  for (const name of ['gender', 'birthday'] as const) if (changes[name] === '') changes[name] = null;
  checkCommon(changes);
  if (isSet(changes.gender) && !GENDERS.includes(changes.gender))
    throw invalidInput('client.gender', 'Invalid gender value. Allowed: male, female, nonbinary, other');
  if (isSet(changes.birthday)) {
    changes.birthday = readDay(changes.birthday, 'Invalid birthdate value');
    checkAge(changes.birthday, now);
  }
  return changes;
}

type Draft = Partial<Record<DetailName, string | null>>;

function tidy(sent: DetailChanges): Draft {
  const changes: Draft = {};
  for (const [name, value] of Object.entries(sent) as [DetailName, string | null][]) {
    const isLong = LONG.includes(name) || name.startsWith('custom_');
    changes[name] =
      isLong || value === null ? value : value.replaceAll(/[\u0000-\u001f\u007f\u2028\u2029]+/g, ' ').trim();
  }
  return changes;
}

function checkCommon(changes: Draft): void {
  if (isSet(changes.first_name)) changes.first_name = capitalize(changes.first_name);
  if (changes.billing_email !== undefined) changes.billing_email = readOptionalEmail(changes.billing_email);
  if (isSet(changes.phone_cc)) checkPhoneCountry(changes.phone_cc);
  if (isSet(changes.phone)) checkPhone(changes.phone);
  if (isSet(changes.country)) {
    changes.country = changes.country.toUpperCase();
    if (!isCountry(changes.country)) throw invalidInput('client.country', `Invalid country code: ${changes.country}`);
  }
  if (isSet(changes.lang)) checkLocale(changes.lang);
  if (isSet(changes.timezone)) checkTimeZone(changes.timezone);
  if (changes.currency !== undefined) changes.currency = readCurrency(changes.currency);
}

const isSet = (value: string | null | undefined): value is string =>
  value !== undefined && value !== null && value !== '';

const capitalize = (name: string): string =>
  name.replaceAll(/(^|\s)(\p{Ll})/gu, (_, space: string, letter: string) => space + letter.toUpperCase());

const readOptionalEmail = (sent: string | null): string | null => (isSet(sent) ? readEmail(sent) : null);

function checkPhoneCountry(code: string): void {
  const number = /^\d{1,3}$/.test(code) ? Number(code) : 0;
  if (number < 1) throw invalidInput('client.phone_cc', 'The provided phone country code does not appear to be valid.');
}

function checkPhone(phone: string): void {
  if (phone.startsWith('+'))
    throw invalidInput('client.phone', 'Please use the separate field for the phone country code.');
  const digits = phone.replaceAll(/\D/g, '').length;
  if (digits < 1 || digits > 12)
    throw invalidInput('client.phone', 'The provided phone number does not appear to be valid.');
}

const languages = new Intl.DisplayNames('en', { type: 'language', fallback: 'none' });

/** `en`, `en_US`, `sr_Latn_RS`: a language that has a name, and a country that exists. */
function checkLocale(code: string): void {
  const [, language, script, region] = /^([a-z]{2,3})(?:_([A-Z][a-z]{3}))?(?:_([A-Z]{2}|\d{3}))?$/.exec(code) ?? [];
  const isKnown =
    language !== undefined &&
    languages.of(script === undefined ? language : `${language}-${script}`) !== undefined &&
    (region === undefined || /^\d/.test(region) || isCountry(region));
  if (!isKnown) throw invalidInput('client.lang', `Invalid locale code: ${code}`);
}

function readCurrency(sent: string | null): string | null {
  if (!isSet(sent)) return null;
  const code = sent.toUpperCase();
  if (!/^[A-Z][A-Z0-9]{2,9}$/.test(code)) throw invalidInput('client.currency', `Invalid currency code: ${sent}`);
  return code;
}

/** `YYYY-MM-DD`; a time of day behind it is dropped. */
function readDay(text: string, message: string): string {
  const day = /^\d{4}-\d{1,2}-\d{1,2}(?=$|[ T])/.exec(text)?.[0];
  if (day === undefined || parseDate(day) === undefined) throw invalidInput('client.birthday', message);
  const [year = '', month = '', date = ''] = day.split('-');
  return `${year}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
}

function checkAge(day: string, now: Date): void {
  const today = now.toISOString().slice(0, 10);
  const earliest = `${String(now.getUTCFullYear() - EARLIEST_YEARS_AGO)}${today.slice(4)}`;
  if (day < earliest) throw invalidInput('client.birthday', 'Birthdate cannot be more than 120 years ago.');
  if (day > today) throw invalidInput('client.birthday', 'Birthdate cannot be in the future.');
}
