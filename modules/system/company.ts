/** Text of these is escaped, for themes that print it as it is (spec C9). */
const ESCAPED = [
  'name',
  'email',
  'tel',
  'address_1',
  'address_2',
  'address_3',
  'bank_name',
  'bic',
  'number',
  'vat_number',
] as const;
const PLAIN = [
  'signature',
  'account_number',
  'display_bank_info',
  'bank_info_pagebottom',
  'note',
  'privacy_policy',
  'tos',
] as const;

/** What strangers do not see while `hide_company_public` is on. */
const HIDDEN = [
  'vat_number',
  'email',
  'tel',
  'account_number',
  'number',
  'address_1',
  'address_2',
  'address_3',
  'bank_name',
  'bic',
];

type Params = Readonly<Record<string, string | null>>;

/** The company as everybody, or everybody who is signed in, may know it. */
export function describeCompany(params: Params, baseUrl: string, isSignedIn: boolean): Record<string, string | null> {
  const value = (name: string): string | null => params[`company_${name}`] ?? null;
  const url = (name: string): string | null => absolute(value(name), baseUrl);
  const company: Record<string, string | null> = {
    www: baseUrl,
    logo_url: url('logo'),
    logo_url_dark: url('logo_dark') ?? url('logo'),
    favicon_url: url('favicon'),
    ...Object.fromEntries(ESCAPED.map((name) => [name, escaped(value(name))])),
    ...Object.fromEntries(PLAIN.map((name) => [name, value(name)])),
  };
  if (isSignedIn || !isOn(params['hide_company_public'] ?? '1')) return company;
  return Object.fromEntries(Object.entries(company).filter(([name]) => !HIDDEN.includes(name)));
}

const isOn = (value: string): boolean => value !== '' && value !== '0';

const absolute = (path: string | null, baseUrl: string): string | null =>
  path === null || path === '' ? null : /^https?:\/\//i.test(path) ? path : baseUrl + path.replace(/^\/+/, '');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#039;',
};

const escaped = (text: string | null): string | null =>
  text?.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '') ?? null;
