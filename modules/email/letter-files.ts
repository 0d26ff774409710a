import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ModuleCatalog } from '#core/catalog';

/** The text of a letter as its module ships it. */
export interface LetterFile {
  readonly code: string;
  readonly module: string;
  readonly subject: string;
  readonly content: string;
}

export interface LetterFiles {
  /** The English ones of all active modules. */
  list(): readonly LetterFile[];
  /** In `lang` where that is there, otherwise in English; undefined for what no active module ships. */
  find(code: string, lang?: string): LetterFile | undefined;
}

type Texts = ReadonlyMap<string, LetterFile>;

/** Read once: they change with a new version only. */
export function createLetterFiles(catalog: ModuleCatalog): LetterFiles {
  const known = new Map<string, Texts>();
  const textsOf = (module: string, folder: URL, lang: string): Texts => {
    const key = `${module}/${lang}`;
    let texts = known.get(key);
    if (texts === undefined) known.set(key, (texts = readTexts(module, new URL(`views/mail/${lang}`, folder))));
    return texts;
  };
  const active = () =>
    catalog
      .list()
      .flatMap(({ module: { name, folder } }) =>
        folder !== undefined && catalog.isActive(name) ? [{ name, folder }] : [],
      );
  return {
    list: () => active().flatMap(({ name, folder }) => [...textsOf(name, folder, '').values()]),
    find(code, lang) {
      for (const { name, folder } of active()) {
        const english = textsOf(name, folder, '').get(code);
        if (english === undefined) continue;
        const folderOfLang = languageFolder(lang ?? '');
        return (folderOfLang === '' ? undefined : textsOf(name, folder, folderOfLang).get(code)) ?? english;
      }
      return undefined;
    },
  };
}

/** Chinese in any of its spellings is written in simplified characters; English is the language of the files themselves. */
export const languageFolder = (lang: string): string => (/^zh([-_]|$)/i.test(lang) ? 'zh_CN/' : '');

const NAME = /^([a-z0-9_-]+)\.liquid$/i;

function readTexts(module: string, folder: URL): Texts {
  const path = fileURLToPath(folder);
  const files = readNames(path).flatMap((name) => {
    const code = NAME.exec(name)?.[1];
    return code === undefined ? [] : [[code, readText(module, code, readFileSync(`${path}${name}`, 'utf8'))] as const];
  });
  return new Map(files);
}

function readNames(path: string): string[] {
  try {
    return readdirSync(path).toSorted();
  } catch {
    return []; // a module without letters, or without this language
  }
}

/** The first line is `subject: …`. */
export function readText(module: string, code: string, text: string): LetterFile {
  const end = text.indexOf('\n');
  return {
    code,
    module,
    subject: text
      .slice(0, end)
      .replace(/^subject:\s*/, '')
      .trim(),
    content: text.slice(end + 1).trim(),
  };
}
