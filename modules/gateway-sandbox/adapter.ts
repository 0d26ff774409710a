import { setTimeout as sleep } from 'node:timers/promises';
import { MINUTE } from '#core/clock';
import { forbidden, invalidInput } from '#core/error';
import { gateway, type Gateway, type GatewayCall, type GatewayConfig, type PaymentNotice } from '#core/gateway';
import { parseMoney } from '#core/money';
import { SandboxConfig, scriptOf } from './script.ts';
import type { Sandbox } from './service.ts';
import { isSigned, SIGNATURE_HEADER } from './signature.ts';

const SHORTEST_SECRET = 16;

/** A gateway that takes no money: to try everything that real ones do, and all that they do wrong. */
export const sandboxGateway = (sandbox: Sandbox, baseUrl: string): Gateway =>
  gateway({
    code: 'Sandbox',
    title: 'Sandbox',
    description: 'Takes no money: whoever sees its page decides whether a payment succeeds. For trying things out.',
    takesOneTimePayments: true,
    takesSubscriptions: true,
    config: SandboxConfig,

    check: (config) => void secretOf(config),

    async createPayment(ctx, request, config) {
      const script = scriptOf(config.values);
      if (script.hangs === true) await sleep(10 * MINUTE, undefined, { ref: false });
      const asked = await sandbox.open(ctx, request, secretOf(config), script);
      if (asked <= (script.errors_first ?? 0)) throw new Error('the sandbox answered 500');
      const url = `${baseUrl}sandbox/pay/${request.reference}`;
      return request.channel === 'qr' ? { kind: 'code', text: url } : { kind: 'redirect', url };
    },

    async verify(ctx, { raw, headers }, config) {
      if (!isSigned(secretOf(config), raw, headers[SIGNATURE_HEADER], ctx.now))
        throw forbidden('sandbox.signature', 'The signature of the sandbox is missing, wrong or too old.');
    },

    receive: async (_ctx, call) => [noticeIn(call)],
    acknowledge: (_call, isAccepted) => ({
      status: isAccepted ? 200 : 400,
      headers: { 'content-type': 'text/plain' },
      body: isAccepted ? 'OK' : 'FAIL',
    }),
    query: (ctx, { reference }) => sandbox.query(ctx, reference),
    refund: (ctx, refund) => sandbox.refund(ctx, refund),
    close: (ctx, { reference }) => sandbox.close(ctx, reference),
    cancelSubscription: (ctx, id) => sandbox.cancelSubscription(ctx, id, false),
    cancelSubscriptionAtPeriodEnd: (ctx, id) => sandbox.cancelSubscription(ctx, id, true),
  });

function secretOf({ values }: GatewayConfig): string {
  const { secret } = values;
  if (typeof secret !== 'string' || secret.length < SHORTEST_SECRET)
    throw invalidInput(
      'sandbox.no_secret',
      'The "Sandbox" payment gateway is not fully configured. Please configure a secret of at least 16 characters',
    );
  return secret;
}

const KINDS = ['payment', 'refund', 'subscription_start', 'subscription_end'] as const;
const STATUSES = ['succeeded', 'pending', 'failed'] as const;

function noticeIn({ body }: GatewayCall): PaymentNotice {
  const kind = KINDS.find((one) => one === body['kind']);
  const status = STATUSES.find((one) => one === body['status']);
  const { id, reference, amount, currency, subscription, period } = body;
  if (kind === undefined || status === undefined || typeof id !== 'string')
    throw invalidInput('sandbox.garbage', 'The sandbox said nothing that can be understood.');
  const paid = typeof amount === 'string' && typeof currency === 'string' ? parseMoney(amount, currency) : undefined;
  return {
    kind,
    status,
    externalId: id,
    rawStatus: status,
    ...(paid && { amount: paid }),
    ...(typeof reference === 'string' && { reference }),
    ...(typeof subscription === 'string' && { subscriptionId: subscription }),
    ...(typeof period === 'string' && { period }),
  };
}
