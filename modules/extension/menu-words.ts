import type { ListedModule, ModuleCatalog } from '#core/catalog';
import { WEB } from '#core/web/pages';
import { createTranslations, type Translations } from '#core/web/translation';

/** The title of a menu entry is a key of its module's words; programs are told the words, in English. */
export function createMenuWords(catalog: ModuleCatalog) {
  let translations: Translations | undefined;
  return ({ module: { folder } }: ListedModule, title: string): string => {
    if (folder === undefined) return title;
    translations ??= createTranslations(
      WEB,
      catalog.list().flatMap(({ module }) => module.folder ?? []),
    );
    return translations.text(folder, 'en', title);
  };
}
