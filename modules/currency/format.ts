import { minorDigits, type Rate } from '#core/money';
import { isWellFormed } from './names.ts';
import { decimalText } from './rate.ts';

/** How staff want a currency written, where the locale is not to decide. */
export interface Style {
  readonly code: string;
  /** With `{amount}` where the number goes. */
  readonly formatPattern?: string | undefined;
  readonly fractionDigits?: number | undefined;
}

export interface Wish {
  /** `en_US`. */
  readonly locale: string;
  readonly withoutCurrency?: boolean | undefined;
}

export const PLACE = '{amount}';

/** For people, in the manner of a locale: `$1,234.50`, `1.234,50 €`. Exact however long the number is. */
export function format(value: Rate, style: Style, { locale, withoutCurrency = false }: Wish): string {
  const { code, formatPattern: pattern } = style;
  const digits = style.fractionDigits ?? minorDigits(code);
  const write = (options: Intl.NumberFormatOptions): string => {
    const fixed = { ...options, minimumFractionDigits: digits, maximumFractionDigits: digits };
    // Decimal text is written digit by digit; a number would lose those beyond the fifteenth.
    return new Intl.NumberFormat(tagOf(locale), fixed).format(decimalText(value, digits) as `${number}`);
  };
  if (withoutCurrency) return write({});
  if (pattern !== undefined) return pattern.replace(PLACE, () => write({}));
  return isWellFormed(code) ? write({ style: 'currency', currency: code }) : `${write({})} ${code}`;
}

function tagOf(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale.replaceAll('_', '-'))[0] ?? 'en-US';
  } catch {
    return 'en-US'; // what is set is no locale
  }
}
