import type { Context } from '#core/context';
import { gateway, type Gateway, type GatewayCall, type PaymentNotice } from '#core/gateway';
import type { CurrencyService } from '#modules/currency/contract';
import { createCertificates } from './certificate.ts';
import { createClient } from './client.ts';
import { merchantOf, PayPalConfig, type Merchant } from './merchant.ts';
import { isNumber, objectIn, paymentIn, textIn } from './notice.ts';
import { createOrders } from './orders.ts';
import { createRefunds } from './refunds.ts';
import * as orders from './repository.ts';
import { proveCall } from './webhook.ts';

interface Needs {
  readonly currencies: Pick<CurrencyService, 'find'>;
  /** How long PayPal may take to answer. */
  readonly patienceMs?: number;
}

/** PayPal by its orders: the payer agrees on a page of PayPal, and then the money is taken. */
export function payPalGateway({ currencies, patienceMs }: Needs): Gateway {
  const client = createClient(patienceMs);
  const certificates = createCertificates(client);
  const payments = createOrders({ client, currencies });
  const refunds = createRefunds(client);

  async function capture(ctx: Context, merchant: Merchant, id: string): Promise<PaymentNotice | undefined> {
    const { refusal, words } = await client.get(ctx, merchant, `/v2/payments/captures/${id}`);
    if (refusal !== undefined) return undefined;
    return paymentIn(words, await orders.find(ctx.db, merchant.gatewayId, textIn(words, 'custom_id')));
  }

  async function approved(ctx: Context, merchant: Merchant, orderId: string): Promise<PaymentNotice | undefined> {
    const order = await orders.findByOrderId(ctx.db, merchant.gatewayId, orderId);
    return order && payments.settle(ctx, merchant, order);
  }

  /** A call says what to look at, not what is there. */
  async function heard(ctx: Context, { body }: GatewayCall, merchant: Merchant): Promise<PaymentNotice | undefined> {
    const [event, id] = [textIn(body, 'event_type'), textIn(objectIn(body['resource']), 'id')];
    if (!isNumber(id)) return undefined;
    if (event === 'CHECKOUT.ORDER.APPROVED') return approved(ctx, merchant, id);
    if (event === 'PAYMENT.CAPTURE.REFUNDED' || event === 'PAYMENT.CAPTURE.REVERSED')
      return refunds.read(ctx, merchant, id);
    return event.startsWith('PAYMENT.CAPTURE.') ? capture(ctx, merchant, id) : undefined;
  }

  return gateway({
    code: 'PayPal',
    title: 'PayPal',
    description: 'Sends the payer to PayPal and takes the money once the payer has agreed.',
    takesOneTimePayments: true,
    takesSubscriptions: false,
    config: PayPalConfig,

    check: (config) => void merchantOf(config),
    createPayment: (ctx, request, config) => payments.begin(ctx, merchantOf(config), request),
    verify: (ctx, call, config) => proveCall(call, merchantOf(config), certificates, ctx.now),
    async receive(ctx, call, config) {
      const notice = await heard(ctx, call, merchantOf(config));
      return notice === undefined ? [] : [notice];
    },
    query: (ctx, { reference }, config) => payments.query(ctx, merchantOf(config), reference),
    refund: (ctx, request, config) => refunds.refund(ctx, merchantOf(config), request),
    close: (ctx, { reference }, config) => payments.close(ctx, merchantOf(config), reference),
  });
}
