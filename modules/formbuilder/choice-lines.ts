import { decodeOptions } from './value.ts';

/** The choices of a field as people write them: a line `label = value` each; without a value the label is it. */
export function toChoiceLines(options: string | undefined): string {
  return Object.entries(decodeOptions(options) as Readonly<Record<string, unknown>>)
    .map(([label, value]) => (label === String(value) ? label : `${label} = ${String(value)}`))
    .join('\n');
}

export function fromChoiceLines(text: string): { labels: string[]; values: string[] } {
  const pairs = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const at = line.lastIndexOf('=');
      const label = (at === -1 ? line : line.slice(0, at)).trim();
      return { label, value: at === -1 ? label : line.slice(at + 1).trim() };
    });
  return { labels: pairs.map(({ label }) => label), values: pairs.map(({ value }) => value) };
}
