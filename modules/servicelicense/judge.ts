/** What a licence holds on to: for each kind the values seen or set, and whether any other is refused. */
export interface Terms {
  readonly lists: Lists;
  readonly strict: Readonly<Record<Kind, boolean>>;
}

/** In the order of the contract's tests. */
export const KINDS = ['ip', 'host', 'version', 'path'] as const;
export type Kind = (typeof KINDS)[number];
export type Lists = Readonly<Record<Kind, readonly string[]>>;

export interface Verdict {
  /** The first kind whose value is not allowed. */
  readonly refused: Kind | undefined;
  /** Lists that grew; the tests before a refusal count. */
  readonly learned: Partial<Lists>;
}

/** Whoever has the key can invent values without end, so a list takes no more and none that is longer. */
const MAX_VALUES = 100;
const MAX_LENGTH = 1024;

/** An empty list, or a kind that is not strict, takes a value in; otherwise it must be there already, to the letter. */
export function judge({ lists, strict }: Terms, seen: Readonly<Record<Kind, string>>): Verdict {
  const learned: Partial<Record<Kind, readonly string[]>> = {};
  for (const kind of KINDS) {
    const [known, value] = [lists[kind], seen[kind]];
    if (known.includes(value)) continue;
    const isFull = known.length >= MAX_VALUES || value.length > MAX_LENGTH;
    if (strict[kind] && (known.length > 0 || isFull)) return { refused: kind, learned };
    if (!isFull) learned[kind] = [...known, value];
  }
  return { refused: undefined, learned };
}

/** Staff set a list as text, a value a line. */
export const fromLines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
