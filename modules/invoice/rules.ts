import { DAY, later } from '#core/clock';
import type { Context } from '#core/context';
import { remembered } from '#core/memory';
import { parseMoney, type Money } from '#core/money';
import type { SettingStore } from '#core/settings';
import type { Seller } from './contract.ts';

/** The parameters of the system that steer invoices (invoicing spec 2), read in one query. All of them are text. */
export interface Rules {
  readonly series: string | undefined;
  /** Undefined takes the prefix away at the payment. */
  readonly paidSeries: string | undefined;
  readonly creditNoteSeries: string;
  readonly padding: number;
  readonly note: string | undefined;
  readonly seller: Seller;
  readonly company: Readonly<Record<string, string | undefined>>;
  readonly refundLogic: 'credit_note' | 'negative_invoice' | 'manual';
  /** Calendar days before the end of an order at which its renewal is invoiced. */
  readonly renewalLeadDays: number;
  readonly remindsBeforeDays: readonly number[];
  readonly remindsAfterDays: readonly number[];
  /** Days after which an overdue invoice is deleted; undefined: never. */
  readonly removesAfterDays: number | undefined;
  readonly isOpenByHash: boolean;
  readonly attachesPdf: boolean;
  readonly paper: 'A4' | 'LETTER';
  readonly isTaxOn: boolean;
  readonly areFundsOn: boolean;
  dueAt(now: Date): Date;
  hashExpiry(now: Date): Date | undefined;
  /** In the client's currency; undefined is no limit. */
  fundsLimit(which: 'min' | 'max', currency: string): { text: string; amount: Money } | undefined;
}

export const COUNTER = 'invoice_starting_number';
export const CREDIT_NOTE_COUNTER = 'invoice_cn_starting_number';

export const readRules =
  (settings: SettingStore) =>
  (ctx: Context): Promise<Rules> =>
    remembered(ctx, 'rules of invoices', async () => rulesFrom(await settings.params(ctx)));

export function rulesFrom(params: Readonly<Record<string, string | null>>): Rules {
  const text = (name: string): string | undefined => params[name] ?? undefined;
  const days = whole(text('invoice_due_days')) ?? 1;
  const lifetime = whole(text('invoice_hash_lifetime_days')) ?? 90;
  const logic = text('invoice_refund_logic');
  const removal = whole(text('remove_after_days'));
  const address = ['company_address_1', 'company_address_2', 'company_address_3'].map((name) => text(name) ?? '');
  return {
    series: text('invoice_series'),
    paidSeries: text('invoice_series_paid'),
    creditNoteSeries: text('invoice_cn_series') ?? 'CN-',
    padding: whole(text('invoice_number_padding')) ?? 5,
    note: text('invoice_default_note'),
    seller: {
      company: text('company_name'),
      vat: text('company_vat_number'),
      number: text('company_number'),
      address: address.join(' ').trim(),
      phone: text('company_tel'),
      email: text('company_email'),
    },
    company: Object.fromEntries(
      Object.entries(params)
        .filter(([name]) => name.startsWith('company_'))
        .map(([name, value]) => [name.slice('company_'.length), value ?? undefined]),
    ),
    refundLogic: logic === 'credit_note' || logic === 'negative_invoice' ? logic : 'manual',
    renewalLeadDays: whole(text('invoice_issue_days_before_expire')) ?? 14,
    remindsBeforeDays: dayList(text('invoice_reminder_before_due_days') ?? ''),
    remindsAfterDays: dayList(text('invoice_reminder_after_due_days') ?? '5'),
    removesAfterDays: removal !== undefined && removal > 0 ? removal : undefined,
    isOpenByHash: text('invoice_accessible_from_hash') === '1',
    attachesPdf: isOn(text('invoice_email_attach_pdf')),
    paper: text('invoice_document_format') === 'A4' ? 'A4' : 'LETTER',
    isTaxOn: isOn(text('tax_enabled')),
    areFundsOn: text('funds_enabled') === undefined || isOn(text('funds_enabled')),
    dueAt: (now) => later(now, days * DAY),
    hashExpiry: (now) => (lifetime > 0 ? later(now, lifetime * DAY) : undefined),
    fundsLimit(which, currency) {
      const limit = text(`funds_${which}_amount`);
      const amount = limit === undefined ? undefined : parseMoney(limit, currency);
      return limit === undefined || amount === undefined || amount.amount === 0 ? undefined : { text: limit, amount };
    },
  };
}

const isOn = (text: string | undefined): boolean => text !== undefined && text !== '' && text !== '0';

/** A whole number of at most nine digits; '' and what is no number is undefined. */
function whole(text: string | undefined): number | undefined {
  const match = /^\s*(-?\d{1,9})(\.\d*)?\s*$/.exec(text ?? '');
  return match === null ? undefined : Number(match[1]);
}

/** `14, 7 1` (invoicing spec 2, "Day lists"): what is no number above zero is left out. */
export const dayList = (text: string): number[] =>
  [...new Set(text.split(/[\s,]+/).flatMap((word) => whole(word) ?? []))]
    .filter((day) => day > 0)
    .sort((a, b) => a - b);
