import { subtract, zero, type Money } from '#core/money';
import { formatLabel } from '#core/web/filters';
import type { Invoice } from './contract.ts';
import { labelsFor, type Labels } from './document-labels.ts';
import { plainMarkdown } from './markdown.ts';
import type { DocumentLine, Fact, InvoiceDocument, Party, Status, Total } from './pdf/document.ts';
import type { Rules } from './rules.ts';
import { serieNrOf } from './schema.ts';
import { lineTotal, totalsOf } from './totals.ts';

/** How values are written for one reader. */
export interface Manner {
  /** `en_US`, `zh_CN`. */
  readonly locale: string;
  readonly timeZone: string;
  readonly now: Date;
  readonly website: string;
  readonly logo: Uint8Array | undefined;
  /** An amount in the currency of the invoice. */
  write(amount: Money): string;
}

/** The invoice as it is shown to people: in the PDF, on its page and, in part, in letters. */
export function documentOf(invoice: Invoice, rules: Rules, manner: Manner): InvoiceDocument {
  const language = languageOf(manner.locale);
  const labels = labelsFor(language);
  const number = serieNrOf(invoice, rules);
  const hasTax = totalsOf(invoice).tax.amount !== 0;
  const { tax, ...columns } = labels.columns;
  return {
    language,
    direction: isRightToLeft(language) ? 'rtl' : 'ltr',
    paper: rules.paper === 'A4' ? 'A4' : 'Letter',
    createdAt: invoice.createdAt,
    title: titleOf(invoice, rules, labels),
    number,
    status: statusOf(invoice, manner.now, labels),
    facts: datesOf(invoice, labels, (time) => writeDate(time, language, manner.timeZone)),
    logo: manner.logo,
    seller: sellerOf(invoice, rules, labels),
    buyer: buyerOf(invoice, language, labels),
    textBefore: textOf(invoice.text1),
    columns: hasTax ? { ...columns, tax } : columns,
    lines: linesOf(invoice, hasTax, manner),
    totals: totalRows(invoice, labels, manner),
    textAfter: textOf(invoice.text2),
    bank: bankOf(rules, number, labels),
    signature: textOf(rules.company['signature']),
    footer: [rules.seller.company ?? '', rules.seller.email ?? '', manner.website].filter((one) => one !== ''),
  };
}

export const isPayable = (invoice: Invoice): boolean => invoice.status === 'unpaid' && totalsOf(invoice).due.amount > 0;

/**
 * Numbers are given when an invoice is made, so it is one at once. Only where staff give paid invoices a series of their
 * own is what comes before the payment a proforma.
 */
function titleOf(invoice: Invoice, { series, paidSeries }: Rules, labels: Labels): string {
  if (invoice.status === 'refunded' && totalsOf(invoice).total.amount <= 0) return labels.creditNote;
  const isProforma = paidSeries && paidSeries !== series && invoice.status === 'unpaid' && invoice.serie !== paidSeries;
  return isProforma ? labels.proforma : labels.invoice;
}

function statusOf({ status, dueAt }: Invoice, now: Date, labels: Labels): Status {
  const text = labels.status[status] ?? formatLabel(status);
  if (status === 'paid') return { text, tone: 'good' };
  const isLate = status === 'unpaid' && dueAt !== undefined && dueAt < now;
  return isLate ? { text: labels.overdue, tone: 'bad' } : { text, tone: 'neutral' };
}

const datesOf = (
  { createdAt, dueAt, paidAt, status, refundOf }: Invoice,
  labels: Labels,
  write: (time: Date) => string,
): Fact[] => [
  { label: labels.invoiceDate, value: write(createdAt) },
  ...(refundOf === undefined ? [] : [{ label: labels.refundOf, value: refundOf }]),
  ...(dueAt === undefined ? [] : [{ label: labels.dueDate, value: write(dueAt) }]),
  ...(paidAt === undefined || status !== 'paid' ? [] : [{ label: labels.paidDate, value: write(paidAt) }]),
];

/** As it was when the invoice was made. An address that is still the present one is broken into lines as staff broke it. */
function sellerOf({ seller }: Invoice, { seller: now, company }: Rules, labels: Labels): Party {
  const address = seller.address || now.address;
  const lines = ['address_1', 'address_2', 'address_3'].map((name) => company[name] ?? '');
  return {
    heading: labels.seller,
    name: seller.company || now.company || '',
    lines: filled(address === now.address ? lines : [address]),
    facts: known([
      [labels.vatNumber, seller.vat],
      [labels.companyNumber, seller.number],
      [labels.phone, seller.phone || now.phone],
      [labels.email, seller.email || now.email],
    ]),
  };
}

function buyerOf({ buyer }: Invoice, language: string, labels: Labels): Party {
  const person = personName(buyer.firstName, buyer.lastName);
  const [name = '', ...others] = filled([buyer.company, person]);
  return {
    heading: labels.buyer,
    name,
    lines: [
      ...others,
      ...filled([buyer.address, filled([buyer.zip, buyer.city]).join(' '), buyer.state]),
      ...filled([countryName(buyer.country, language)]),
    ],
    facts: known([
      [labels.vatNumber, buyer.vat],
      [labels.companyNumber, buyer.number],
      [labels.phone, buyer.phone],
    ]),
  };
}

/** Names in Chinese characters are written family name first and without a space. */
function personName(first: string | undefined, last: string | undefined): string {
  const names = filled([first, last]);
  const isHan = names.length === 2 && names.every((name) => /^\p{sc=Han}+$/u.test(name));
  return isHan ? names.toReversed().join('') : names.join(' ');
}

const linesOf = ({ lines, taxRate }: Invoice, hasTax: boolean, { write }: Manner): DocumentLine[] =>
  lines.map((line) => ({
    title: line.title,
    quantity: String(line.quantity),
    price: write(line.price),
    tax: hasTax && line.isTaxed ? `${taxRate ?? ''}%` : undefined,
    total: write(lineTotal(line)),
  }));

function totalRows(invoice: Invoice, labels: Labels, { write }: Manner): Total[] {
  const { subtotal, tax, total, due } = totalsOf(invoice);
  const { credit, status } = invoice;
  const taxLabel = filled([invoice.taxName || labels.tax, `${invoice.taxRate ?? ''}%`]).join(' ');
  const isOpen = status === 'unpaid';
  return [
    { label: labels.subtotal, amount: write(subtotal) },
    ...(tax.amount === 0 ? [] : [{ label: taxLabel, amount: write(tax) }]),
    { label: labels.total, amount: write(total), strong: !isOpen },
    ...(credit.amount === 0 ? [] : [{ label: labels.credit, amount: write(negated(credit)) }]),
    ...(isOpen ? [{ label: labels.due, amount: write(due), strong: true }] : []),
  ];
}

function bankOf({ company }: Rules, number: string, labels: Labels): InvoiceDocument['bank'] {
  if (company['display_bank_info'] !== '1') return undefined;
  const account = known([
    [labels.bankName, company['bank_name']],
    [labels.accountNumber, company['account_number']],
    [labels.bic, company['bic']],
  ]);
  if (account.length === 0) return undefined;
  return { heading: labels.bank, facts: [...account, { label: labels.reference, value: number }] };
}

/** What is set as the locale may be none. */
export function languageOf(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale.replaceAll('_', '-'))[0] ?? FALLBACK;
  } catch {
    return FALLBACK;
  }
}
const FALLBACK = 'en-US';

const RIGHT_TO_LEFT = new Set(['Arab', 'Hebr', 'Syrc', 'Thaa', 'Nkoo', 'Adlm', 'Rohg']);
const isRightToLeft = (language: string): boolean =>
  RIGHT_TO_LEFT.has(new Intl.Locale(language).maximize().script ?? '');

/** In the zone of the wire. */
export const writeDate = (time: Date, language: string, timeZone: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone }).format(time);

function countryName(country: string | undefined, language: string): string | undefined {
  if (country === undefined || !/^[a-z]{2}$/i.test(country)) return country;
  return new Intl.DisplayNames(language, { type: 'region' }).of(country.toUpperCase());
}

const textOf = (markdown: string | undefined): string | undefined => plainMarkdown(markdown ?? '') || undefined;

const filled = (texts: readonly (string | undefined)[]): string[] =>
  texts.map((text) => text?.trim() ?? '').filter((text) => text !== '');

const known = (pairs: readonly (readonly [label: string, value: string | undefined])[]): Fact[] =>
  pairs.flatMap(([label, value]) => filled([value]).map((one) => ({ label, value: one })));

const negated = (amount: Money): Money => subtract(zero(amount.currency), amount);
