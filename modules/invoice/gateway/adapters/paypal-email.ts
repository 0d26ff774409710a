import { Type } from '@sinclair/typebox';
import { SECOND } from '#core/clock';
import { conflict, forbidden } from '#core/error';
import { gateway, type GatewayCall, type GatewayConfig, type PaymentNotice, type PaymentRequest } from '#core/gateway';
import { money, parseMoney, toDecimal, type Money } from '#core/money';
import { parsePeriod } from '#core/period';
import type { Settings } from '#core/product';
import { Text, titled } from '#core/schema';

interface Options {
  /** Where forms and questions go; tests have a stand-in. */
  readonly urlOf?: (isTest: boolean) => string;
}

const PATIENCE_MS = 10 * SECOND;

/** PayPal's own pages and notifications, for which an e-mail address is all that is needed. */
export const payPalEmailGateway = ({ urlOf = payPalUrl }: Options = {}) =>
  gateway({
    code: 'PayPalEmail',
    title: 'PayPal',
    description: 'Sends the payer to PayPal, which tells of each payment by itself.',
    takesOneTimePayments: true,
    takesSubscriptions: true,
    config: Type.Object({
      email: Type.Optional(titled('PayPal e-mail address for payments', Text({ maxLength: 255 }))),
    }),

    check: ({ values }) => void addressOf(values),

    async createPayment(_ctx, request, { values, isTest }) {
      const business = addressOf(values);
      const { invoice, reference, urls, subscription } = request;
      const fields = {
        business,
        item_name: invoice.title.slice(0, 127),
        item_number: invoice.number,
        no_shipping: '1',
        no_note: '1',
        rm: '1',
        charset: 'utf-8',
        currency_code: request.amount.currency,
        custom: reference,
        return: urls.back,
        cancel_return: urls.cancel,
        notify_url: urls.notify,
        ...(subscription === undefined ? onceOnly(request) : eachPeriod(request.amount, subscription.period)),
      };
      return { kind: 'form', url: urlOf(isTest), fields };
    },

    /** PayPal is asked whether these were its words, and they must be about money for us. */
    async verify(_ctx, { raw, body }, { values, isTest }) {
      const ours = addressOf(values).toLowerCase();
      const receivers = [textOf(body, 'receiver_email'), textOf(body, 'business')].map((one) => one.toLowerCase());
      if (raw === '' || !receivers.includes(ours)) throw invalid();
      const answer = await fetch(urlOf(isTest), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'Tollkeeper' },
        body: `cmd=_notify-validate&${raw}`,
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const verdict = (await answer.text()).trim();
      if (!answer.ok) throw new Error(`PayPal answered ${answer.status}`);
      if (verdict !== 'VERIFIED') throw invalid();
    },

    receive: async (_ctx, call) => noticesIn(call),
  });

const payPalUrl = (isTest: boolean): string =>
  isTest ? 'https://www.sandbox.paypal.com/cgi-bin/webscr' : 'https://www.paypal.com/cgi-bin/webscr';

function addressOf(values: GatewayConfig['values']): string {
  const email = values['email'];
  if (typeof email !== 'string' || email.trim() === '')
    throw conflict(
      'gateway.unconfigured',
      'The "PayPal" payment gateway is not fully configured. Please configure the PayPal Email address',
    );
  return email.trim();
}

/** Tax apart, as PayPal shows it, unless a part was paid already. */
function onceOnly({ amount, invoice: { subtotal, tax, total } }: PaymentRequest): Record<string, string> {
  const isWhole = amount.amount === total.amount && tax.amount >= 0 && subtotal.amount > 0;
  return {
    cmd: '_xclick',
    amount: toDecimal(isWhole ? subtotal : amount),
    tax: toDecimal(isWhole ? tax : money(0, amount.currency)),
  };
}

function eachPeriod(amount: Money, period: string): Record<string, string> {
  const { quantity, unit } = parsePeriod(period);
  return { cmd: '_xclick-subscriptions', a3: toDecimal(amount), p3: String(quantity), t3: unit, src: '1', sra: '1' };
}

const ENDS = ['subscr_cancel', 'subscr_eot', 'subscr_failed', 'recurring_payment_suspended_due_to_max_failed_payment'];
const PAYMENTS = ['web_accept', 'subscr_payment'];
const WAITING = ['Pending', 'In-Progress', 'Processed', 'Created'];

/** What is no news about money says nothing. */
function noticesIn({ body, invoiceId }: GatewayCall): PaymentNotice[] {
  const [type, status] = [textOf(body, 'txn_type'), textOf(body, 'payment_status')];
  const subscriptionId = textOf(body, 'subscr_id') || textOf(body, 'recurring_payment_id');
  const about = {
    ...(textOf(body, 'custom') !== '' && { reference: textOf(body, 'custom') }),
    ...(invoiceId !== undefined && { invoiceId }),
    ...(subscriptionId !== '' && { subscriptionId }),
  };
  if (type === 'subscr_signup')
    return [
      {
        ...about,
        kind: 'subscription_start',
        externalId: subscriptionId,
        status: 'succeeded',
        rawStatus: type,
        period: textOf(body, 'period3').replaceAll(' ', ''),
        ...amountIn(body, ['mc_amount3', 'amount3']),
      },
    ];
  if (ENDS.includes(type))
    return [{ ...about, kind: 'subscription_end', externalId: subscriptionId, status: 'succeeded', rawStatus: type }];
  const externalId = textOf(body, 'txn_id');
  if (externalId === '') return [];
  const gross = amountIn(body, ['mc_gross']);
  if (status === 'Refunded' || status === 'Reversed') {
    const amount = gross.amount && money(Math.abs(gross.amount.amount), gross.amount.currency);
    const note = `PayPal refund ${textOf(body, 'parent_txn_id')}`.trim();
    const { subscriptionId: _, ...rest } = { subscriptionId: undefined, ...about };
    return [
      { ...rest, kind: 'refund', externalId, status: 'succeeded', rawStatus: status, note, ...(amount && { amount }) },
    ];
  }
  if (!PAYMENTS.includes(type)) return [];
  const state = status === 'Completed' ? 'succeeded' : WAITING.includes(status) ? 'pending' : 'failed';
  return [{ ...about, kind: 'payment', externalId, status: state, rawStatus: status, ...gross }];
}

function amountIn(body: Settings, names: readonly string[]): { readonly amount?: Money } {
  const text = names.map((name) => textOf(body, name)).find((one) => one !== '');
  const currency = textOf(body, 'mc_currency').toUpperCase();
  const amount = text === undefined || !/^[A-Z]{3}$/.test(currency) ? undefined : parseMoney(text, currency);
  return amount === undefined ? {} : { amount };
}

const textOf = (fields: Settings, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
};

const invalid = () => forbidden('payment.ipn_invalid', 'IPN is invalid');
