import { forbidden } from '#core/error';
import { escapeHtml } from '#core/template/filters';
import type { BalanceService } from '#modules/client/contract';
import type { HouseGateway } from '../house.ts';

/** A client pays from what was paid in advance: signed in, on a page of ours, for an invoice of the own. */
export const clientBalanceGateway = (clients: Pick<BalanceService, 'balanceOf'>): HouseGateway => ({
  code: 'ClientBalance',
  title: 'ClientBalance',
  description: 'Lets clients pay with the funds on their balance.',
  takesOneTimePayments: true,
  takesSubscriptions: false,
  vouchedBy: 'client',

  async createPayment(ctx, { invoice, amount, urls }, { gatewayId }) {
    if (invoice.isDeposit) return says('You may not pay a deposit invoice with this payment gateway.');
    const balance = invoice.clientId === undefined ? undefined : await clients.balanceOf(ctx, invoice.clientId);
    if (balance?.currency !== amount.currency || balance.amount < amount.amount)
      return says('Your account balance is insufficient to cover this invoice.');
    const page = `${urls.invoice}/balance?gateway_id=${gatewayId}`;
    return says(`<a class="btn btn-primary" href="${escapeHtml(page)}">Pay from my balance</a>`);
  },

  verify: async () => {
    throw forbidden('payment.ipn_invalid', 'IPN is invalid');
  },

  receive: async () => [],
});

const says = (html: string) => ({ kind: 'html', html }) as const;
