import type { Readable } from 'node:stream';
import { csv } from '#core/csv';
import type { Context } from '#core/context';
import { toDecimal, type Money } from '#core/money';
import type { Invoice } from './contract.ts';
import * as invoices from './repository.ts';

type Writer = (invoice: Invoice, writeTime: (time: Date) => string) => string | number | undefined;

const amount = (money: Money | undefined): string | undefined => money && toDecimal(money);
const time =
  (member: 'dueAt' | 'remindedAt' | 'paidAt' | 'createdAt' | 'updatedAt'): Writer =>
  (invoice, writeTime) => {
    const at = invoice[member];
    return at && writeTime(at);
  };

/** Every column there is, in the order of the table (invoicing spec 6.1). The hash opens an invoice: it is none. */
const COLUMNS: Readonly<Record<string, Writer>> = {
  id: ({ id }) => id,
  client_id: ({ clientId }) => clientId,
  serie: ({ serie }) => serie,
  nr: ({ nr }) => nr,
  currency: ({ currency }) => currency,
  currency_rate: ({ currencyRate }) => currencyRate,
  credit: ({ credit }) => amount(credit),
  base_income: ({ baseIncome }) => amount(baseIncome),
  base_refund: ({ baseRefund }) => amount(baseRefund),
  refund: ({ refund }) => amount(refund),
  notes: ({ notes }) => notes,
  text_1: ({ text1 }) => text1,
  text_2: ({ text2 }) => text2,
  status: ({ status }) => status,
  seller_company: ({ seller }) => seller.company,
  seller_company_vat: ({ seller }) => seller.vat,
  seller_company_number: ({ seller }) => seller.number,
  seller_address: ({ seller }) => seller.address,
  seller_phone: ({ seller }) => seller.phone,
  seller_email: ({ seller }) => seller.email,
  buyer_first_name: ({ buyer }) => buyer.firstName,
  buyer_last_name: ({ buyer }) => buyer.lastName,
  buyer_company: ({ buyer }) => buyer.company,
  buyer_company_vat: ({ buyer }) => buyer.vat,
  buyer_company_number: ({ buyer }) => buyer.number,
  buyer_address: ({ buyer }) => buyer.address,
  buyer_city: ({ buyer }) => buyer.city,
  buyer_state: ({ buyer }) => buyer.state,
  buyer_country: ({ buyer }) => buyer.country,
  buyer_zip: ({ buyer }) => buyer.zip,
  buyer_phone: ({ buyer }) => buyer.phone,
  buyer_phone_cc: ({ buyer }) => buyer.phoneCc,
  buyer_email: ({ buyer }) => buyer.email,
  gateway_id: ({ gatewayId }) => gatewayId,
  approved: ({ isApproved }) => Number(isApproved),
  taxname: ({ taxName }) => taxName,
  taxrate: ({ taxRate }) => taxRate,
  due_at: time('dueAt'),
  reminded_at: time('remindedAt'),
  paid_at: time('paidAt'),
  created_at: time('createdAt'),
  updated_at: time('updatedAt'),
};

const LEFT_OUT = ['serie', 'currency_rate', 'text_1', 'text_2', 'gateway_id', 'created_at', 'updated_at'];
const DEFAULT_COLUMNS = Object.keys(COLUMNS).filter((name) => !LEFT_OUT.includes(name) && !name.startsWith('seller_'));
const CHUNK = 500;

/** All invoices as CSV, read in chunks while it is sent. Unknown names are dropped. */
export function exportInvoices(ctx: Context, wanted: readonly unknown[], writeTime: (time: Date) => string): Readable {
  const known = Object.keys(COLUMNS).filter((name) => wanted.includes(name));
  const columns = known.length > 0 ? known : DEFAULT_COLUMNS;
  return csv(columns, chunks(ctx, columns, writeTime));
}

async function* chunks(
  ctx: Context,
  columns: readonly string[],
  writeTime: (time: Date) => string,
): AsyncGenerator<string[][]> {
  for (let last = 0; ;) {
    const heads = await invoices.listHeadsAfter(ctx.db, last, CHUNK);
    if (heads.length === 0) return;
    yield heads.map((head) => columns.map((name) => String(COLUMNS[name]?.({ ...head, lines: [] }, writeTime) ?? '')));
    last = heads.at(-1)?.id ?? last;
  }
}
