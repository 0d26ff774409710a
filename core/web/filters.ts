import { Tokenizer, type Liquid, type TagToken, type Context } from 'liquidjs';
import { parseMoney, toDecimal, type Money } from '../money.ts';

/** What views can say beside Liquid's own words. */
export function addWords(engine: Liquid): void {
  engine.registerFilter('money', formatMoney);
  engine.registerFilter('label', formatLabel);
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

/** `{{ order.total | money: order.currency }}`: `1,234.50 USD`. Takes an amount of the wire or a Money. */
export function formatMoney(value: unknown, currency = ''): string {
  const amount = isMoney(value) ? value : readAmount(value, currency);
  if (amount === undefined) return '';
  const [whole = '', decimals] = toDecimal(amount).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${decimals === undefined ? grouped : `${grouped}.${decimals}`} ${amount.currency}`.trim();
}

/** `pending_setup` → `Pending setup`. */
export function formatLabel(value: unknown): string {
  const text = (typeof value === 'string' ? value : '').replaceAll('_', ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

const isMoney = (value: unknown): value is Money => typeof value === 'object' && value !== null && 'amount' in value;

const readAmount = (value: unknown, currency: string): Money | undefined =>
  typeof value === 'number' || typeof value === 'string' ? parseMoney(value, currency) : undefined;
