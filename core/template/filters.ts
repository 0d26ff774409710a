import type { FilterImplOptions, Liquid } from 'liquidjs';
import { DAY } from '../clock.ts';
import { periodTitle } from '../period.ts';
import { formatMoney } from '../web/filters.ts';

/** HTML made by a filter of ours from escaped text: the one kind of value that is not escaped again. */
export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** Filters of Liquid that templates may use. They only turn values into values. */
const ALLOWED = new Set([
  'abs', 'append', 'at_least', 'at_most', 'capitalize', 'ceil', 'compact', 'concat', 'date', 'default', 'divided_by',
  'downcase', 'first', 'floor', 'join', 'last', 'lstrip', 'minus', 'modulo', 'plus', 'prepend', 'remove', 'replace',
  'reverse', 'round', 'rstrip', 'size', 'slice', 'sort', 'split', 'strip', 'strip_html', 'strip_newlines', 'times',
  'truncate', 'truncatewords', 'uniq', 'upcase', 'url_encode',
]); // prettier-ignore

/** Tags that templates may use: no files, no code, no counters that outlive a rendering. */
const TAGS = new Set(['if', 'unless', 'case', 'for', 'assign', 'capture', 'comment', '#', 'raw', 'break', 'continue']);

export interface Surroundings {
  readonly baseUrl: string;
}

export function confine(engine: Liquid, { baseUrl }: Surroundings): void {
  for (const name of Object.keys(engine.filters)) if (!ALLOWED.has(name)) Reflect.deleteProperty(engine.filters, name);
  for (const name of Object.keys(engine.tags)) if (!TAGS.has(name)) Reflect.deleteProperty(engine.tags, name);
  const date = engine.filters['date'];
  const formatDate = (fallback: string) =>
    function (this: unknown, value: unknown, format?: unknown): unknown {
      const text = typeof format === 'string' && format !== '' ? format : fallback;
      if (value === null || value === undefined || value === '') return '';
      return typeof date === 'function' ? (date.call(this as never, value, fromPhp(text)) as unknown) : '';
    };
  const same = (value: unknown): unknown => value;
  const ours = {
    escape: same, // what is put out is escaped, once
    e: same,
    trans: same,
    date: formatDate('%Y-%m-%d %H:%M'),
    format_date: formatDate('%Y-%m-%d'),
    format_datetime: formatDate('%Y-%m-%d %H:%M'),
    format_time: formatDate('%H:%M'),
    title: (value: unknown) =>
      textOf(value).replaceAll(
        /\p{L}[\p{L}\p{M}']*/gu,
        (word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase(),
      ),
    length: (value: unknown) => (Array.isArray(value) ? value.length : [...textOf(value)].length),
    format_number: (value: unknown, decimals?: unknown) => formatNumber(value, Number(decimals ?? 0)),
    format_currency: (value: unknown, currency?: unknown) => formatMoney(value, textOf(currency)),
    currency_name: (value: unknown) => nameOf('currency', value),
    currency_symbol: symbolOf,
    country_name: (value: unknown) => nameOf('region', value),
    url: (value: unknown) => `${baseUrl}/${textOf(value).replace(/^\/+/, '')}`,
    daysleft(this: { context: { getSync(path: string[]): unknown } }, value: unknown) {
      return Math.max(0, Math.ceil((toTime(value) - toTime(this.context.getSync(['now']))) / DAY)) || 0;
    },
    period_title: (value: unknown) => (textOf(value) === '' ? '' : periodTitle(textOf(value))),
    markdown_to_html: (value: unknown) => new Html(paragraphs(textOf(value))),
  };
  for (const [name, filter] of Object.entries(ours)) engine.registerFilter(name, filter as FilterImplOptions);
}

export const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'bigint' ? String(value) : '';

const toTime = (value: unknown): number =>
  value instanceof Date
    ? value.getTime()
    : typeof value === 'number'
      ? value * 1000
      : new Date(textOf(value)).getTime();

/** Formats of Twig are PHP's; those of Liquid have a % in them. */
const PHP: Readonly<Record<string, string>> = {
  d: '%d', j: '%-d', m: '%m', n: '%-m', Y: '%Y', y: '%y', H: '%H', G: '%-H', h: '%I', g: '%-I', i: '%M', s: '%S', A: '%p',
  a: '%P', M: '%b', F: '%B', D: '%a', l: '%A',
}; // prettier-ignore
const fromPhp = (format: string): string =>
  format.includes('%') ? format : format.replaceAll(/[a-z]/gi, (letter) => PHP[letter] ?? letter);

function formatNumber(value: unknown, decimals: number): string {
  const digits = Number.isInteger(decimals) ? Math.min(Math.max(decimals, 0), 10) : 0;
  const number = Number(value);
  if (!Number.isFinite(number)) return '';
  return number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function nameOf(type: 'currency' | 'region', value: unknown): string {
  const code = textOf(value).toUpperCase();
  const isCode = type === 'currency' ? /^[A-Z]{3}$/.test(code) : /^[A-Z]{2}$/.test(code);
  return isCode ? (new Intl.DisplayNames('en', { type }).of(code) ?? code) : code;
}

function symbolOf(value: unknown): string {
  const currency = textOf(value).toUpperCase();
  if (!/^[A-Z]{3}$/.test(currency)) return currency;
  const parts = new Intl.NumberFormat('en', { style: 'currency', currency }).formatToParts(0);
  return parts.find(({ type }) => type === 'currency')?.value ?? currency;
}

/** Of Markdown what letters need: paragraphs, line ends, and strong and emphasised words. */
const paragraphs = (text: string): string =>
  escapeHtml(text.trim())
    .replaceAll('\r\n', '\n')
    .split(/\n{2,}/)
    .map(
      (one) => `<p>${one.replaceAll(/\*\*([^*\n]+)\*\*/g, '<b>$1</b>').replaceAll(/\*([^*\n]+)\*/g, '<i>$1</i>')}</p>`,
    )
    .join('\n')
    .replaceAll(/(?<!<\/p>)\n/g, '<br>\n');

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (letter) => ENTITIES[letter] ?? letter);
