import countries from 'i18n-iso-countries/index.js';

/** ISO 3166-1; codes that begin with X are free for private use and mean no country. */
const COUNTRY_CODES = Object.keys(countries.getAlpha2Codes()).filter((code) => !code.startsWith('X'));

/** Numbers that belong to no country: freephone, shared cost, satellites and the like. */
const INTERNATIONAL_CALLING_CODES = [800, 808, 870, 878, 881, 882, 883, 888, 979];

/** Code → name in the language of `locale`, in its alphabet's order. */
export function listCountries(locale: string): Record<string, string> {
  const language = locale.replace('_', '-');
  const names = new Intl.DisplayNames([language], { type: 'region' });
  const { compare } = new Intl.Collator(language);
  const named = COUNTRY_CODES.map((code) => [code, names.of(code) ?? code] as const);
  return Object.fromEntries(named.toSorted(([, a], [, b]) => compare(a, b)));
}

/** Lines `CC=Name` as staff write them; what is not such a line of a real country is passed over. */
export function readCountries(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => /^\s*([A-Z]{2})\s*=\s*(.+?)\s*$/.exec(line));
  return Object.fromEntries(
    lines.flatMap((match) => (match?.[1] && COUNTRY_CODES.includes(match[1]) ? [[match[1], match[2] ?? '']] : [])),
  );
}

/** In ascending order. The package is read when it is first asked for: that takes a tenth of a second. */
export async function listCallingCodes(): Promise<number[]> {
  const { getCountries, getCountryCallingCode } = await import('libphonenumber-js/min');
  const national = getCountries().map((country) => Number(getCountryCallingCode(country)));
  return [...new Set([...national, ...INTERNATIONAL_CALLING_CODES])].toSorted((a, b) => a - b);
}

export const isLocale = (code: string): boolean => {
  if (!/^[a-z]{2,3}(_[A-Z][a-z]{3})?(_[A-Z]{2})?$/.test(code)) return false;
  return Intl.DisplayNames.supportedLocalesOf([code.replaceAll('_', '-')]).length === 1;
};
