/** What is kept as JSON text in a field. */

/** Decoded where it reads as JSON, so that `5` is a number; `""` when there is none (spec C13). */
export function decodeDefault(text: string | undefined): unknown {
  if (text === undefined || text === '') return '';
  return parsed(text) ?? text;
}

/** Empty when there are none. */
export function decodeOptions(text: string | undefined): object {
  const options = text ? parsed(text) : undefined;
  return typeof options === 'object' && options !== null ? options : {};
}

/** As they are where they are no JSON; null when there never were any. */
export const decodeOptionsOf = (text: string | undefined): unknown => (text ? (parsed(text) ?? text) : (text ?? null));

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Lists and maps as JSON, anything else as text. */
export function encode(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object') return JSON.stringify(value);
  return typeof value === 'boolean' ? (value ? '1' : '') : String(value as string | number);
}
