/** A configuration as people write it: a line `name = value` for each parameter. What is not text is JSON. */

export const toLines = (config: Readonly<Record<string, unknown>>): string =>
  Object.entries(config)
    .map(([name, value]) => `${name} = ${typeof value === 'string' ? inOneLine(value) : JSON.stringify(value)}`)
    .join('\n');

export function fromLines(text: string): Record<string, unknown> {
  const pairs = text.split(/\r?\n/).flatMap((line): [string, unknown][] => {
    const at = line.indexOf('=');
    const name = (at < 0 ? line : line.slice(0, at)).trim();
    return name === '' ? [] : [[name, at < 0 ? '' : valueOf(line.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}

/** Text that would be read as something else, or that has several lines, is written in quotes. */
const inOneLine = (value: string): string =>
  valueOf(value) === value && value.trim() === value && !/[\r\n]/.test(value) ? value : JSON.stringify(value);

function valueOf(text: string): unknown {
  if (!/^(?:true|false|null|-?\d+(?:\.\d+)?|".*"|\[.*\]|\{.*\})$/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    // An account number of 20 digits stays the text it is.
    return typeof value === 'number' && String(value) !== text ? text : value;
  } catch {
    return text;
  }
}
