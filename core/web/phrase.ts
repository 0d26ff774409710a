/** Words of one module that a page of another shows, in the language of that page. `{{ row.title | said }}` */
export interface Phrase {
  /** Whose `locales/` have the key; undefined: the core's. */
  readonly folder: URL | undefined;
  /** The key, or the text itself. */
  readonly key: string;
  /** Amounts and times among them are written in the manner of the page. */
  readonly values?: Readonly<Record<string, unknown>>;
}

/** `const say = phrasesOf(new URL('.', import.meta.url))`, then `say('story.ordered', { title })`. */
export const phrasesOf =
  (folder: URL | undefined) =>
  (key: string, values: Readonly<Record<string, unknown>> = {}): Phrase => ({ folder, key, values });

export type Say = ReturnType<typeof phrasesOf>;

export const isPhrase = (value: unknown): value is Phrase =>
  typeof value === 'object' && value !== null && 'key' in value && 'folder' in value;
