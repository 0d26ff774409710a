import type { Context } from '#core/context';
import { conflict, invalidInput } from '#core/error';
import type { PayableInvoice, PaymentPage, PaymentUrls } from '#core/gateway';
import type { Invoice } from '../contract.ts';
import type { StoredGateway } from '../gateway/repository.ts';
import { isDeposit } from '../service.ts';
import { totalsOf } from '../totals.ts';

export interface Shown {
  serieNr(ctx: Context, invoice: Invoice): Promise<string>;
  show(ctx: Context, invoices: readonly Invoice[]): Promise<Record<string, unknown>[]>;
}

/** All that a gateway may know of an invoice. */
export async function payableOf(
  ctx: Context,
  invoice: Invoice,
  isSubscription: boolean,
  { serieNr, show }: Shown,
): Promise<PayableInvoice> {
  const [number, [shown = {}]] = await Promise.all([serieNr(ctx, invoice), show(ctx, [invoice])]);
  const { subtotal, tax, total } = totalsOf(invoice);
  return {
    id: invoice.id,
    number,
    hash: invoice.hash,
    title: titleOf(invoice, number, isSubscription),
    clientId: invoice.clientId,
    isDeposit: isDeposit(invoice),
    subtotal,
    tax,
    total,
    lines: invoice.lines.map(({ title, quantity, price }) => ({ title, quantity, price })),
    buyer: { ...invoice.buyer },
    shown,
  };
}

function titleOf({ lines }: Invoice, number: string, isSubscription: boolean): string {
  const [first, ...others] = lines;
  if (isSubscription) return `Subscription for ${first?.title ?? number}`;
  return `Payment for invoice ${number}${first !== undefined && others.length === 0 ? ` [${first.title}]` : ''}`;
}

export function urlsOf(
  baseUrl: string,
  { id, hash }: Pick<Invoice, 'id' | 'hash'>,
  gatewayId: number,
  backUrl?: string,
): PaymentUrls {
  const invoice = `${baseUrl}invoice/${hash}`;
  const notify = `${baseUrl}ipn.php?gateway_id=${gatewayId}&invoice_id=${id}`;
  return {
    notify,
    plainNotify: plainNotifyOf(baseUrl, gatewayId),
    back: backUrl ?? `${invoice}?status=ok`,
    cancel: `${invoice}?status=cancel`,
    redirect: `${notify}&invoice_hash=${hash}&redirect=1`,
    invoice,
    shop: `${baseUrl}order`,
  };
}

/** Some vendors call no address with a query. */
export const plainNotifyOf = (baseUrl: string, gatewayId: number): string => `${baseUrl}ipn.php/${gatewayId}`;

/** Only an invoice that waits for money takes any, in a currency the gateway takes. */
export function refuseUnpayable(gateway: StoredGateway, invoice: Invoice): void {
  if (invoice.status !== 'unpaid')
    throw conflict('payment.not_unpaid', `Invoice is ${invoice.status} and cannot be paid`);
  if (totalsOf(invoice).due.amount <= 0)
    throw conflict('payment.nothing_due', 'There is nothing to pay on this invoice');
  if (gateway.acceptedCurrencies !== undefined && !gateway.acceptedCurrencies.includes(invoice.currency))
    throw conflict('payment.currency_off', `The selected payment gateway does not accept ${invoice.currency}`);
}

/** An adapter may send a payer to the web and nowhere else. */
export function checkedPage(page: PaymentPage): PaymentPage {
  if (page.kind === 'redirect' || page.kind === 'form') {
    const url = URL.canParse(page.url) ? new URL(page.url) : undefined;
    if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new Error('it sends payers to no web page');
  }
  return page;
}

export function checkedChannel(channel: string | undefined): string | undefined {
  if (channel === undefined || channel === '') return undefined;
  if (!/^[a-z0-9_-]{1,32}$/i.test(channel)) throw invalidInput('payment.channel', 'There is no such way to pay.');
  return channel;
}
