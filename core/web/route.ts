/** Paths of pages: `/apikeys/:order_id`. */

export type Params = Readonly<Record<string, string>>;

/** What the names of `pattern` stand for in `path`; undefined when it is another path. */
export function matchPath(pattern: string, path: string): Params | undefined {
  const [expected, given] = [pattern.split('/'), withoutEnd(path).split('/')];
  if (expected.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of expected.entries()) {
    const value = decoded(given[index] ?? '');
    if (value === undefined) return undefined;
    if (!part.startsWith(':')) {
      if (part !== value) return undefined;
    } else if (value === '') return undefined;
    else params[part.slice(1)] = value;
  }
  return params;
}

/** `/apikeys/:order_id` with the values of the input. */
export const fillPath = (pattern: string, values: Readonly<Record<string, unknown>>): string =>
  pattern.replace(/:(\w+)/g, (_, name: string) => {
    const value = values[name];
    return encodeURIComponent(typeof value === 'string' || typeof value === 'number' ? String(value) : '');
  });

/** A path of this site; undefined for all that a browser might take for another one. */
export function localPath(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 2000) return undefined;
  // Browsers drop tabs and line ends from an address and read a backslash as a slash.
  if (!/^\/[\x21-\x7e]*$/.test(text) || text.includes('\\') || text.includes('//')) return undefined;
  return text;
}

const withoutEnd = (path: string): string => (path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}
