import type { Context } from '#core/context';
import { atomic } from '#core/context';
import { invalidInput } from '#core/error';
import type { SettingStore } from '#core/settings';

/** The languages that ship, and how much of the texts each has, in percent. English is what they are written in. */
const SHIPPED: Readonly<Record<string, number>> = { en_US: 100, zh_CN: 0 };
const ENABLED_AT_FIRST: readonly string[] = ['en_US'];

/** Where the choice is kept. The module declares no `manage_settings`, so that nobody can write it as a configuration. */
const EXT = 'mod_extension';

export interface Language {
  readonly locale: string;
  /** In English. */
  readonly title: string;
  /** In itself. */
  readonly name: string;
}

export type Languages = ReturnType<typeof createLanguages>;

export function createLanguages(settings: SettingStore) {
  const enabled = async (ctx: Context): Promise<string[]> => {
    const { languages } = await settings.config(ctx, EXT);
    const chosen: readonly unknown[] = Array.isArray(languages) ? languages : ENABLED_AT_FIRST;
    return Object.keys(SHIPPED).filter((locale) => chosen.includes(locale));
  };
  return {
    enabled,

    async disabled(ctx: Context): Promise<string[]> {
      const on = await enabled(ctx);
      return Object.keys(SHIPPED).filter((locale) => !on.includes(locale));
    },

    async toggle(ctx: Context, locale: string): Promise<void> {
      if (!Object.hasOwn(SHIPPED, locale))
        throw invalidInput(
          'extension.unknown_locale',
          'Unable to enable / disable the locale as it is not present in the locale folder.',
        );
      await atomic(ctx, async (tx) => {
        const on = await enabled(tx);
        const isOn = on.includes(locale);
        const languages = isOn ? on.filter((other) => other !== locale) : [...on, locale];
        await settings.saveConfig(tx, EXT, { languages });
        await tx.record(`${isOn ? 'Disabled' : 'Enabled'} language ${locale}`);
      });
    },

    completionOf: (locale: string): number => (Object.hasOwn(SHIPPED, locale) ? (SHIPPED[locale] ?? 0) : 0),
  };
}

export function describeLanguage(locale: string): Language {
  const code = locale.replace('_', '-');
  const named = (language: string): string =>
    new Intl.DisplayNames([language], { type: 'language', languageDisplay: 'standard' }).of(code) ?? locale;
  return { locale, title: named('en'), name: named(code) };
}
