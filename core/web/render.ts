import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Liquid } from 'liquidjs';
import { addWords, type Words } from './filters.ts';
import type { Translations } from './translation.ts';

/** Escapes always; `{% layout %}` and `{% render %}` look in `web/`, never outside the folders they are given. */
export interface Renderer {
  /** `view` below the folder's `views/`, without `.liquid`. What is in `everywhere` partials know too. */
  page(folder: URL, view: string, values: object, everywhere?: object): Promise<string>;
  readonly translations: Translations;
  /** Subject and body of a letter: the first line is `subject: …`. */
  letter(folder: URL, template: string, values: object): Promise<{ subject: string; body: string }>;
}

/** Bounds for templates: staff will edit some of them. */
const LIMITS = { parseLimit: 1e6, renderLimit: 1000, memoryLimit: 1e8 };
/** Those of the core are nobody's to edit, and the API reference is as long as the API. */
const OWN_LIMITS = { ...LIMITS, renderLimit: 20_000 };

/** Times are shown in `timeZone`. */
export function createRenderer(web: URL, timeZone: string, translations: Translations): Renderer {
  const engines = new Map<string, Liquid>();
  const engineOf = (folder: URL): Liquid => {
    let engine = engines.get(folder.href);
    if (engine === undefined) {
      const roots = [new URL('views/', folder), web]
        .map((url) => fileURLToPath(url))
        .filter((path) => existsSync(path));
      const shared = ['layouts/', 'partials/'].map((name) => fileURLToPath(new URL(name, web)));
      engine = new Liquid({
        root: roots,
        layouts: shared,
        partials: shared,
        extname: '.liquid',
        outputEscape: 'escape',
        relativeReference: false,
        ownPropertyOnly: true,
        strictFilters: true,
        cache: true,
        timezoneOffset: timeZone,
        dateFormat: '%Y-%m-%d %H:%M',
        ...(folder.href === web.href ? OWN_LIMITS : LIMITS),
      });
      const words = {
        text: (manner, key, values) => translations.text(folder, manner.language, key, values),
        find: (manner, key) => translations.find(folder, manner.language, key),
        phrase: (manner, { folder: owner = web, key, values }) =>
          translations.text(owner, manner.language, key, values),
      } satisfies Words;
      addWords(engine, words, timeZone);
      engines.set(folder.href, engine);
    }
    return engine;
  };
  return {
    translations,
    page: (folder, view, values, everywhere = {}) =>
      engineOf(folder).renderFile(view, values, { globals: everywhere }) as Promise<string>,
    async letter(folder, template, values) {
      const text = (await engineOf(folder).renderFile(`mail/${template}`, values)) as string;
      const end = text.indexOf('\n');
      const subject = text
        .slice(0, end)
        .replace(/^subject:\s*/, '')
        .replaceAll('&amp;', '&')
        .replaceAll('&#39;', "'")
        .replaceAll('&#34;', '"')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>');
      return { subject: subject.trim(), body: text.slice(end + 1).trim() };
    },
  };
}
