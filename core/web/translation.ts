import { existsSync, readFileSync } from 'node:fs';
import { createInstance } from 'i18next';
import { languages, tagOf, type Language } from './language.ts';

/** The words of views: `locales/en.json` and `locales/zh_CN.json` of each module, and of the core for what all share. */
export interface Translations {
  /** In the words of the module in `folder`, then in those of the core; a key that nobody has is given back. */
  text(folder: URL, language: Language, key: string, values?: Readonly<Record<string, unknown>>): string;
  /** Undefined when nobody has the key. */
  find(folder: URL, language: Language, key: string): string | undefined;
  /** The message of an error, by its code, wherever it was thrown. Its English words are where it is thrown. */
  error(language: Language, code: string): string | undefined;
}

export function createTranslations(web: URL, folders: readonly URL[]): Translations {
  const all = [...new Map([web, ...folders].map((folder) => [folder.href, folder])).values()];
  const words = createInstance({
    resources: Object.fromEntries(
      languages.map(({ code, tag }) => [
        tag,
        Object.fromEntries(all.map((folder) => [folder.href, localeOf(folder, code)])),
      ]),
    ),
    ns: all.map(({ href }) => href),
    supportedLngs: languages.map(({ tag }) => tag),
    fallbackLng: 'en',
    initAsync: false,
    keySeparator: false,
    nsSeparator: false,
    // Views escape what they print.
    interpolation: { escapeValue: false },
  });
  void words.init(); // reads nothing, so it is done at once

  const find: Translations['find'] = (folder, language, key) => {
    const options = { lng: tagOf(language), ns: [folder.href, web.href] };
    return words.exists(key, options) ? words.t(key, options) : undefined;
  };
  return {
    text: (folder, language, key, values = {}) =>
      words.t(key, { ...values, lng: tagOf(language), ns: [folder.href, web.href] }),
    find,
    error: (language, code) =>
      language === 'en'
        ? undefined
        : all.map((folder) => find(folder, language, `error.${code}`)).find((text) => text !== undefined),
  };
}

function localeOf(folder: URL, language: Language): Record<string, string> {
  const file = new URL(`locales/${language}.json`, folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
}
