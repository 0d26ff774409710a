import { atomic, type Context } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import { conflict } from '#core/error';
import type { PaymentNotice, PaymentPage, PaymentRequest } from '#core/gateway';
import type { CurrencyService } from '#modules/currency/contract';
import { chargeFor, worded } from './charge.ts';
import type { Answer, Client, Words } from './client.ts';
import type { Merchant } from './merchant.ts';
import { isNumber, listIn, objectIn, paymentIn, textIn } from './notice.ts';
import * as orders from './repository.ts';
import type { PayPalOrder } from './repository.ts';

export type Orders = ReturnType<typeof createOrders>;

interface Needs {
  readonly client: Client;
  readonly currencies: Pick<CurrencyService, 'find'>;
}

const WAITING = ['CREATED', 'SAVED', 'PAYER_ACTION_REQUIRED'];
const MADE = ['APPROVED', 'COMPLETED'];
/** The payer has not agreed, or has to choose another way to pay. */
const NOT_YET = ['ORDER_NOT_APPROVED', 'PAYER_ACTION_REQUIRED', 'INSTRUMENT_DECLINED', 'PAYER_CANNOT_PAY'];

/** Payments from asking for them to taking the money. What is intended is committed before PayPal is asked. */
export function createOrders({ client, currencies }: Needs) {
  /** The same payment is the same order at PayPal, as long as PayPal has it. */
  async function begin(ctx: Context, merchant: Merchant, request: PaymentRequest): Promise<PaymentPage> {
    const known = await orders.find(ctx.db, merchant.gatewayId, request.reference);
    const state = known && (await stateOf(ctx, merchant, known));
    const page = known && pageOf(known, state, request);
    if (page !== undefined) return page;
    const charged = await chargeFor(ctx, request.amount, merchant.currency, currencies);
    const order = await intend(ctx, merchant, request, {
      known,
      isGone: state !== undefined || known?.status === 'closed',
      charged,
    });
    const answer = await client.post(ctx, merchant, '/v2/checkout/orders', orderOf(order, request, merchant), `${order.reference}-${order.attempt}`); // prettier-ignore
    if (answer.refusal !== undefined)
      throw conflict('paypal.refused', `PayPal did not take the payment: ${answer.refusal.issue}`);
    const [orderId, approveUrl] = [textIn(answer.words, 'id'), approvalIn(answer.words)];
    if (!isNumber(orderId) || approveUrl === undefined) throw new Error('PayPal answered with no page to pay on');
    await atomic(ctx, async (tx) => {
      const current = await orders.findForUpdate(tx.db, order.id);
      if (current?.attempt === order.attempt) await orders.update(tx.db, order.id, { orderId, approveUrl }, tx.now);
    });
    return { kind: 'redirect', url: approveUrl };
  }

  /** The row of a payment, made or made anew. Of several that ask at once one makes it, and all ask PayPal for the same. */
  async function intend(
    ctx: Context,
    { gatewayId }: Merchant,
    { reference, amount }: PaymentRequest,
    { known, isGone, charged }: { known: PayPalOrder | undefined; isGone: boolean; charged: PayPalOrder['charged'] },
  ): Promise<PayPalOrder> {
    try {
      await atomic(ctx, async (tx) => {
        if (known === undefined) return orders.insert(tx.db, { gatewayId, reference, due: amount, charged }, tx.now);
        const current = await orders.findForUpdate(tx.db, known.id);
        if (current?.attempt !== known.attempt || !isGone) return;
        const fresh = { orderId: undefined, approveUrl: undefined, attempt: known.attempt + 1, charged } as const;
        await orders.update(tx.db, known.id, { ...fresh, status: 'open' }, tx.now);
      });
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
    }
    const order = await orders.find(ctx.db, gatewayId, reference);
    if (order === undefined) throw new Error('The payment belongs to another gateway');
    return order;
  }

  /** What PayPal says of an order; undefined before it was asked for, `GONE` after it forgot it. */
  async function stateOf(ctx: Context, merchant: Merchant, { orderId }: PayPalOrder): Promise<Words | undefined> {
    if (orderId === undefined) return undefined;
    const { refusal, words } = await client.get(ctx, merchant, `/v2/checkout/orders/${orderId}`);
    if (refusal === undefined) return words;
    if (refusal.status === 404) return { status: 'GONE' };
    throw new Error(`PayPal did not tell of an order: ${refusal.issue}`);
  }

  /** Takes the money of what the payer agreed to, and tells how it stands; nothing to tell before that. */
  async function settle(ctx: Context, merchant: Merchant, order: PayPalOrder): Promise<PaymentNotice | undefined> {
    const state = await stateOf(ctx, merchant, order);
    if (state?.['status'] === 'COMPLETED') return noticeIn(state, order);
    if (state?.['status'] !== 'APPROVED' || !(await claim(ctx, order))) return undefined;
    const { orderId = '', reference, attempt } = order;
    const path = `/v2/checkout/orders/${orderId}/capture`;
    const answer: Answer = await client.post(ctx, merchant, path, {}, `${reference}-${attempt}-capture`);
    if (answer.refusal === undefined) return noticeIn(answer.words, order);
    if (NOT_YET.includes(answer.refusal.issue)) {
      await atomic(ctx, (tx) => orders.update(tx.db, order.id, { status: 'open' }, tx.now));
      return undefined;
    }
    const after = await stateOf(ctx, merchant, order);
    if (after?.['status'] === 'COMPLETED') return noticeIn(after, order);
    throw new Error(`PayPal did not take the money: ${answer.refusal.issue}`);
  }

  /** False for a payment that was ended. */
  const claim = (ctx: Context, { id, attempt }: PayPalOrder): Promise<boolean> =>
    atomic(ctx, async (tx) => {
      const current = await orders.findForUpdate(tx.db, id);
      if (current === undefined || current.status === 'closed' || current.attempt !== attempt) return false;
      await orders.update(tx.db, id, { status: 'capturing' }, tx.now);
      return true;
    });

  return {
    begin,
    settle,
    async query(ctx: Context, merchant: Merchant, reference: string): Promise<PaymentNotice | undefined> {
      const order = await orders.find(ctx.db, merchant.gatewayId, reference);
      return order && settle(ctx, merchant, order);
    },
    /** An order that is not captured comes to nothing: PayPal forgets it, and needs not be asked. */
    close: (ctx: Context, { gatewayId }: Merchant, reference: string): Promise<void> =>
      atomic(ctx, async (tx) => {
        const order = await orders.find(tx.db, gatewayId, reference);
        const current = order && (await orders.findForUpdate(tx.db, order.id));
        if (current?.status === 'open') await orders.update(tx.db, current.id, { status: 'closed' }, tx.now);
      }),
  };
}

/** Where the payer goes on with an order that PayPal still has. */
function pageOf(order: PayPalOrder, state: Words | undefined, { urls }: PaymentRequest): PaymentPage | undefined {
  const status = textIn(state ?? {}, 'status');
  // Agreed to and not booked yet: coming back finds that out.
  if (MADE.includes(status) && order.status !== 'closed') return { kind: 'redirect', url: urls.back };
  if (!WAITING.includes(status) || order.approveUrl === undefined || order.status === 'closed') return undefined;
  return { kind: 'redirect', url: order.approveUrl };
}

const orderOf = ({ reference, charged }: PayPalOrder, { invoice, urls }: PaymentRequest, { brand }: Merchant): Words => ({
  intent: 'CAPTURE',
  purchase_units: [
    {
      custom_id: reference,
      // PayPal takes money for one of these once.
      invoice_id: reference,
      description: [...invoice.title].slice(0, 127).join(''),
      amount: worded(charged),
    },
  ],
  payment_source: {
    paypal: {
      experience_context: {
        return_url: urls.back,
        cancel_url: urls.cancel,
        user_action: 'PAY_NOW',
        shipping_preference: 'NO_SHIPPING',
        ...(brand !== undefined && { brand_name: brand.slice(0, 127) }),
      },
    },
  },
}); // prettier-ignore

const approvalIn = (words: Words): string | undefined =>
  listIn(words['links'])
    .filter(({ rel }) => rel === 'approve' || rel === 'payer-action')
    .map((link) => textIn(link, 'href'))
    .find((href) => href !== '');

/** The one capture of an order of ours. */
function noticeIn(words: Words, order: PayPalOrder): PaymentNotice | undefined {
  const [unit] = listIn(words['purchase_units']);
  const [capture] = listIn(objectIn(unit?.['payments'])['captures']);
  const notice = capture && paymentIn({ custom_id: order.reference, ...capture }, order);
  if (notice?.reference !== order.reference) throw new Error('PayPal answered about another payment');
  return notice;
}
