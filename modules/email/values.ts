import { DEEPEST, mapOf } from '#core/template/plain';

/** What templates are told, as data and nothing else. */
export type Values = Readonly<Record<string, unknown>>;

/** What works once: links and codes. Nobody who reads about a letter may use them. */
export const ONE_TIME = /^(hash|link|code|token|password|pass|secret)$/i;
/** And what is kept of a letter for previews says less still. */
export const SECRET = /hash|link|code|token|pass|secret|key/i;
const MASK = '********';

export function masked(value: unknown, names: RegExp, depth = 0): unknown {
  if (Array.isArray(value)) return value.map((one) => masked(one, names, depth + 1));
  if (value instanceof Date || typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  return mapOf(value, (one, name) =>
    names.test(name) && typeof one === 'string' && one !== '' ? MASK : masked(one, names, depth + 1),
  );
}

export const hasMasked = (value: unknown, names: RegExp): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !(value instanceof Date) &&
  Object.entries(value).some(
    ([name, one]) => (names.test(name) && typeof one === 'string' && one !== '') || hasMasked(one, names),
  );

/** Templates written for FOSSBilling say `first_name` where ours say `firstName`. */
export const withSnakeCase = (values: Values): Values =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, isMap(value) ? twinned(value) : value]));

const twinned = (value: Values): Values => ({
  ...Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      one,
    ]),
  ),
  ...value,
});

export const isMap = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** Values for a preview: each variable that is asked for says its own name. */
export function samplesFor(paths: readonly (readonly string[])[]): Record<string, unknown> {
  const samples: Record<string, unknown> = {};
  for (const path of paths) {
    let at = samples;
    path.forEach((name, index) => {
      if (index === path.length - 1) at[name] ??= name;
      else at = (isMap(at[name]) ? at[name] : (at[name] = {})) as Record<string, unknown>;
    });
  }
  return samples;
}
