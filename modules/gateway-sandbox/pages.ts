import { Type } from '@sinclair/typebox';
import { Done, done, guestEndpoint } from '#core/endpoint';
import { toNumber } from '#core/money';
import { DateTime, Flag, OneOf, Or, Text } from '#core/schema';
import type { Page } from '#core/web/page';
import { scriptOf } from './script.ts';
import type { Sandbox } from './service.ts';

const Reference = { reference: Text({ maxLength: 32 }) };

const PayPage = Type.Object({
  reference: Type.String(),
  title: Type.String(),
  amount: Type.Number(),
  currency: Type.String(),
  channel: Or(Type.String()),
  period: Or(Type.String()),
  subscription: Type.String(),
  status: Type.String(),
  back: Type.String(),
  cancel: Type.String(),
  notices: Type.Array(
    Type.Object({ kind: Type.String(), status: Type.String(), send_at: DateTime, sent_at: Or(DateTime) }),
  ),
});

/** The page a payer is sent to. Without a script, since it works as well with plain forms. */
export function sandboxPages(sandbox: Sandbox): readonly Page[] {
  const show = guestEndpoint({
    summary: 'A payment at the sandbox.',
    input: Type.Object(Reference),
    output: PayPage,
    handle: async (ctx, { reference }) => {
      const payment = await sandbox.get(ctx, reference);
      const notices = await sandbox.listNotices(ctx, payment);
      return {
        reference,
        title: payment.title,
        amount: toNumber(payment.amount),
        currency: payment.amount.currency,
        channel: payment.channel ?? null,
        period: payment.period ?? null,
        subscription: payment.subscription,
        status: payment.status,
        back: localPartOf(payment.backUrl),
        cancel: localPartOf(payment.cancelUrl),
        notices: notices.map(({ body, sendAt, sentAt }) => ({
          kind: String(body['kind']),
          status: String(body['status']),
          send_at: sendAt,
          sent_at: sentAt ?? null,
        })),
      };
    },
  });
  const act = guestEndpoint({
    summary: 'Decide what becomes of a payment at the sandbox.',
    input: Type.Object({
      ...Reference,
      outcome: OneOf('pay', 'pend', 'fail', 'cancel', 'renew'),
      delay: Type.Optional(Text({ maxLength: 5, description: 'Seconds.' })),
      repeat: Type.Optional(Text({ maxLength: 2 })),
      out_of_order: Type.Optional(Flag()),
      wrong_amount: Type.Optional(Flag()),
      wrong_currency: Type.Optional(Flag()),
    }),
    output: Done,
    handle: (ctx, { reference, outcome, ...script }) => done(sandbox.act(ctx, reference, outcome, scriptOf(script))),
  });
  return [
    { role: 'guest', route: 'GET /sandbox/pay/:reference', endpoint: show, view: 'pay' },
    { role: 'guest', route: 'POST /sandbox/pay/:reference', endpoint: act, then: '/sandbox/pay/:reference' },
  ];
}

/** Forms lead to places of this site only. */
const localPartOf = (url: string): string => {
  const { pathname, search } = new URL(url);
  return `${pathname}${search}`;
};
