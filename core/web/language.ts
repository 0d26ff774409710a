import { cookieOf, headerOf, type HttpRequest } from '../http/dialect.ts';

/** The languages pages are written in. A locale file is called by its code, which is also what accounts have as `lang`. */
export const languages = [
  { code: 'en', tag: 'en', title: 'English' },
  { code: 'zh_CN', tag: 'zh-CN', title: '简体中文' },
] as const;

export type Language = (typeof languages)[number]['code'];

/** How a page is written for one visitor. */
export interface Manner {
  readonly language: Language;
  /** For dates and amounts: `en-GB`. */
  readonly locale: string;
}

const FALLBACK: Language = 'en';
export const LANGUAGE_COOKIE = 'lang';

/** `zh_CN`, `zh-Hans-CN`, `en_US`; undefined for what is not among ours. */
export function languageIn(text: string | null | undefined): Language | undefined {
  const [language] = (text ?? '').toLowerCase().split(/[-_]/);
  return languages.find(({ code }) => code.split('_')[0] === language)?.code;
}

export const tagOf = (language: Language): string => languages.find(({ code }) => code === language)?.tag ?? FALLBACK;

/** What was chosen on the page, here or before, then what the account says, then what the browser asks for. */
export function mannerOf(request: HttpRequest, account: string | undefined): Manner {
  const asked = preferences(headerOf(request, 'accept-language'));
  const language =
    chosenLanguage(request) ??
    languageIn(cookieOf(request, LANGUAGE_COOKIE)) ??
    languageIn(account) ??
    asked.map(languageIn).find((one) => one !== undefined) ??
    FALLBACK;
  return { language, locale: asked.find((tag) => languageIn(tag) === language) ?? tagOf(language) };
}

/** What a link such as `?lang=zh_CN` asks for. Forms have fields of that name, so only pages that are shown count. */
export const chosenLanguage = ({ method, query }: HttpRequest): Language | undefined =>
  method === 'POST' ? undefined : languageIn(new URLSearchParams(query).get(LANGUAGE_COOKIE));

/** The tags of an Accept-Language header, the dearest first; what is no tag is left out. */
function preferences(header = ''): string[] {
  return header
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', weight] = part.trim().split(/\s*;\s*q=/);
      return { tag: canonical(tag), weight: weight === undefined ? 1 : Number(weight) };
    })
    .filter(({ tag, weight }) => tag !== undefined && weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .flatMap(({ tag }) => tag ?? []);
}

function canonical(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined;
  }
}
