import { Type } from '@sinclair/typebox';
import type { Context } from '#core/context';
import { clientEndpoint, guestEndpoint, ofVisit, type Visit } from '#core/endpoint';
import { invalidInput, notFound, type AppError } from '#core/error';
import type { Limits } from '#core/http/limit';
import { Id, MapOf, required, Text } from '#core/schema';
import { escapeHtml } from '#core/template/filters';
import { checkHash } from '../access.ts';
import type { Invoice, StartedPayment } from '../contract.ts';
import { GatewayView, PaymentInput, presentGateway } from '../gateway/schema.ts';
import type { FromBalance } from '../payment/from-balance.ts';
import type { Payments } from '../payment/service.ts';
import { codesOf, type GatewayApiParts } from './admin-gateway.ts';

export interface GuestPaymentParts extends Omit<GatewayApiParts, 'baseUrl'> {
  readonly payments: Payments;
  readonly limits: Limits;
  /** The invoice of a hash, as far as this visitor may see it; throws `unknown()` when there is none. */
  findForVisit(ctx: Context, hash: string, visit: Visit, unknown: () => AppError): Promise<Invoice>;
}

/** What a payer is shown; `code` is the text of a QR code where there is one. */
const PaymentView = Type.Object({
  iframe: Type.Boolean(),
  type: Type.String(),
  service_url: Type.String(),
  subscription: Type.Boolean(),
  result: Type.String(),
  code: Type.Optional(Type.String()),
});

export const guestPaymentApi = ({ gateways, currencies, payments, limits, findForVisit }: GuestPaymentParts) => ({
  gateways: guestEndpoint({
    summary: 'Gateways one can pay through.',
    input: Type.Object({ format: Type.Optional(Text({ maxLength: 16 })) }),
    output: Type.Union([Type.Array(GatewayView), MapOf(Type.String())]),
    handle: async (ctx, { format }) => {
      const enabled = await gateways.listEnabled(ctx);
      if (format === 'pairs') return Object.fromEntries(enabled.map(({ id, title }) => [String(id), title]));
      const codes = await codesOf(ctx, currencies);
      return enabled.map((stored) => presentGateway({ stored, adapter: gateways.adapterOf(stored) }, codes));
    },
  }),

  payment: guestEndpoint({
    summary: 'Ask a gateway for the payment of an invoice.',
    input: PaymentInput,
    output: PaymentView,
    handle: (ctx, { hash, gateway_id, auto_redirect, allow_subscription, channel }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          if (!hash) throw invalidInput('payment.no_hash', 'Invoice hash not passed. Missing param hash');
          checkHash(hash);
          if (!gateway_id)
            throw invalidInput('payment.no_gateway', 'Payment method not found. Missing param gateway_id');
          await limits.consume('invoice_payment_ip', ctx.ip ?? '');
          await limits.consume('invoice_payment_hash', hash, ctx.ip);
          const unknown = () => notFound('payment.invoice_unknown', 'Invoice not found');
          const invoice = await findForVisit(ctx, hash, visit, unknown);
          const started = await payments.start(ctx, invoice, {
            gatewayId: gateway_id,
            channel,
            allowsSubscription: allow_subscription,
            redirectsAtOnce: auto_redirect,
          });
          return presentPayment(started);
        }),
      ),
  }),
});

/** What a client pays from the own balance, through the gateway for that. */
export const clientPaymentApi = (fromBalance: FromBalance) => ({
  pay_from_balance: clientEndpoint({
    summary: 'Pay an own invoice from the balance; answers the id of the transaction.',
    input: Type.Object({
      hash: required('Invoice hash was not passed', Text({ maxLength: 191 })),
      gateway_id: required('Payment gateway ID is missing', Id),
    }),
    output: Type.Integer(),
    handle: (ctx, { hash, gateway_id }) => fromBalance.pay(ctx, hash, gateway_id),
  }),
});

/** Programs put `result` into their pages (invoicing spec 8.1), so every kind of page is HTML there. */
export function presentPayment({ page, isFrameable, isSubscription }: StartedPayment) {
  const shared = { iframe: isFrameable, type: 'html', subscription: isSubscription };
  switch (page.kind) {
    case 'html':
      return { ...shared, service_url: '', result: page.html };
    case 'form':
      return { ...shared, service_url: page.url, result: formOf(page.url, page.fields) };
    case 'redirect':
      return {
        ...shared,
        service_url: page.url,
        result: `<a class="btn btn-primary" href="${escapeHtml(page.url)}">Pay now</a>`,
      };
    case 'code':
      return { ...shared, service_url: '', result: `<code>${escapeHtml(page.text)}</code>`, code: page.text };
  }
}

const formOf = (url: string, fields: Readonly<Record<string, string>>): string =>
  `<form name="payment_form" method="post" action="${escapeHtml(url)}">${Object.entries(fields)
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('')}<button type="submit" class="btn btn-primary">Pay now</button></form>`;
