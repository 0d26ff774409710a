import { Type } from '@sinclair/typebox';
import { isEmail } from '#core/email';
import { guestEndpoint } from '#core/endpoint';
import { Anything } from '#core/schema';
import type { Apps } from '../app/service.ts';
import { emailOf, textOf, wholeOf } from '../body.ts';
import { APP_HEADER, Headers } from '../dialect.ts';
import type { Buy } from '../order/buy.ts';
import { Envelope, refuse, succeed } from '../reply.ts';
import { methodOf, presentStarted, StartedData } from './started.ts';

interface Needs {
  readonly apps: Apps;
  readonly buy: Buy;
  readonly baseUrl: string;
}

/** Activation codes for money (spec 4.8). */
export const purchaseEndpoints = ({ apps, buy, baseUrl }: Needs) => ({
  buy: guestEndpoint({
    summary: 'Buy activation codes.',
    input: Type.Object({
      ...Headers,
      user_email: Type.Optional(Anything()),
      amount: Type.Optional(Anything()),
      pay_method: Type.Optional(Anything()),
    }),
    output: Envelope(StartedData, [101, 102]),
    handle: async (ctx, input) => {
      const app = await apps.recent(ctx, input[APP_HEADER]);
      if (app === undefined) return refuse(101, 'unknown_app');
      const email = emailOf(input.user_email);
      const quantity = wholeOf(input.amount) ?? 0;
      const method = methodOf(input.pay_method);
      const isComplete =
        app.settings.sell_codes &&
        isEmail(email) &&
        quantity >= 1 &&
        quantity <= app.settings.order_max_quantity &&
        method !== undefined;
      if (!isComplete) return refuse(102, 'incomplete', app);
      const asked = { email, given: textOf(input.amount), quantity, method };
      const started = await buy(ctx, app, asked);
      return started === undefined ? refuse(102, 'gateway', app) : succeed(presentStarted(started, baseUrl), app);
    },
  }),
});
