import { Tokenizer, type Context, type FilterImplOptions, type Liquid, type TagToken } from 'liquidjs';
import { parseMoney, toDecimal, type Money } from '../money.ts';
import { parsePeriod } from '../period.ts';
import type { Manner } from './language.ts';
import { isPhrase, type Phrase } from './phrase.ts';

/** What the views of one module can say, in the language of the page. */
export interface Words {
  text(manner: Manner, key: string, values: Readonly<Record<string, unknown>>): string;
  find(manner: Manner, key: string): string | undefined;
  /** In the words of the module it comes from. */
  phrase(manner: Manner, phrase: Phrase): string;
}

type Filter = Extract<FilterImplOptions, (...args: never[]) => unknown>;
type Here = ThisParameterType<Filter>;

/** What views can say beside Liquid's own words. */
export function addWords(engine: Liquid, words: Words, timeZone: string): void {
  /** `{{ 'cart.title' | t }}`, `{{ 'cart.items' | t: count: 3 }}` */
  engine.registerFilter('t', function (this: Here, key: unknown, ...args: unknown[]) {
    return words.text(mannerOf(this.context), textOf(key), namedIn(args));
  });
  /** `{{ row.title | said }}`: what a module says in words of its own, or the text as it is. */
  engine.registerFilter('said', function (this: Here, value: unknown) {
    return isPhrase(value)
      ? words.phrase(mannerOf(this.context), written(value, this.context, timeZone))
      : textOf(value);
  });
  engine.registerFilter('label', function (this: Here, value: unknown) {
    return words.find(mannerOf(this.context), `label.${textOf(value)}`) ?? formatLabel(value);
  });
  engine.registerFilter('money', function (this: Here, value: unknown, currency?: unknown) {
    return formatMoney(value, currency, localeOf(this.context));
  });
  engine.registerFilter('period', function (this: Here, code: unknown) {
    const { quantity, unit } = parsePeriod(textOf(code));
    return words.text(mannerOf(this.context), `period.${unit}`, { count: quantity });
  });
  engine.registerFilter('day', function (this: Here, value: unknown) {
    return formatTime(value, mannerOf(this.context).locale, { dateStyle: 'medium', timeZone });
  });
  engine.registerFilter('time', function (this: Here, value: unknown) {
    return formatTime(value, mannerOf(this.context).locale, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  });
  /** `{{ '/admin/clients' | asking: fields, 'page', 2 }}`: an address that asks the same, but for one thing. */
  engine.registerFilter('asking', (path: unknown, fields: unknown, name?: string, value?: unknown) =>
    addressOf(textOf(path), { ...(isRecord(fields) && fields), ...(name && { page: '', [name]: value }) }),
  );
  /** `{% assign onward = fields | only: 'next' %}` */
  engine.registerFilter('only', (fields: unknown, ...names: unknown[]) =>
    Object.fromEntries(Object.entries(isRecord(fields) ? fields : {}).filter(([name]) => names.includes(name))),
  );
  /** `{% assign columns = '' | columns: 'id', number | columns: 'total', total, 'money' %}`: lists of a list's columns. */
  engine.registerFilter('columns', (before: unknown, ...column: unknown[]) => [
    ...(Array.isArray(before) ? (before as unknown[]) : []),
    column,
  ]);
  engine.registerTag('csrf', {
    parse(token: TagToken) {
      new Tokenizer(token.args).end();
    },
    *render(context: Context) {
      const token: unknown = context.getSync(['csrf']);
      return `<input type="hidden" name="CSRFToken" value="${/^[0-9a-f]*$/.test(String(token)) ? String(token) : ''}">`;
    },
  });
}

/**
 * `{{ order.total | money: order.currency }}`: `$1,234.50` in the manner of a locale, `1,234.50 USD` without one. Takes
 * an amount of the wire or a Money; an amount of which nobody knows the currency is the number alone.
 */
export function formatMoney(value: unknown, currency: unknown = '', locale?: string): string {
  if (!isMoney(value) && !isNamed(currency)) return textOf(value);
  const amount = isMoney(value) ? value : readAmount(value, textOf(currency));
  if (amount === undefined) return '';
  const text = toDecimal(amount);
  if (locale !== undefined && isCode(amount.currency)) return inLocale(text, amount.currency, locale);
  const [whole = '', decimals] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${decimals === undefined ? grouped : `${grouped}.${decimals}`} ${amount.currency}`.trim();
}

/** `pending_setup` → `Pending setup`. */
export function formatLabel(value: unknown): string {
  const text = (typeof value === 'string' ? value : '').replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** With amounts and times as people read them. */
function written({ values = {}, ...phrase }: Phrase, context: Context, timeZone: string): Phrase {
  const textOfValue = (value: unknown): unknown => {
    if (value instanceof Date) return formatTime(value, mannerOf(context).locale, { dateStyle: 'medium', timeZone });
    return isMoney(value) ? formatMoney(value, undefined, localeOf(context)) : value;
  };
  return {
    ...phrase,
    values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, textOfValue(value)])),
  };
}

function addressOf(path: string, fields: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (textOf(value) !== '') query.set(name, textOf(value));
  return query.size === 0 ? path : `${path}?${query.toString()}`;
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** Decimal text is written digit by digit; a number would lose those beyond the fifteenth. */
function inLocale(text: string, currency: string, locale: string): string {
  const digits = text.split('.')[1]?.length ?? 0;
  const options = {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  } as const;
  return new Intl.NumberFormat(locale, options).format(text as `${number}`);
}

function formatTime(value: unknown, locale: string, options: Intl.DateTimeFormatOptions): string {
  const time = value instanceof Date ? value : new Date(textOf(value));
  return Number.isNaN(time.getTime()) ? '' : new Intl.DateTimeFormat(locale, options).format(time);
}

/** The page's; a letter has none and is in English. */
function mannerOf(context: Context): Manner {
  const { language = 'en', locale = 'en' } = context.globals as Partial<Manner>;
  return { language, locale };
}

const localeOf = (context: Context): string | undefined => (context.globals as Partial<Manner>).locale;

/** Named arguments of a filter come as pairs. */
const namedIn = (args: readonly unknown[]): Record<string, unknown> =>
  Object.fromEntries(args.filter((arg): arg is [string, unknown] => Array.isArray(arg)));

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';

const isNamed = (currency: unknown): boolean => textOf(currency) !== '';

const isCode = (currency: string): boolean => /^[A-Z]{3}$/i.test(currency);

const isMoney = (value: unknown): value is Money => typeof value === 'object' && value !== null && 'amount' in value;

const readAmount = (value: unknown, currency: string): Money | undefined =>
  typeof value === 'number' || typeof value === 'string' ? parseMoney(value, currency) : undefined;
