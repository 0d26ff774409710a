import { Type } from '@sinclair/typebox';
import { guestEndpoint, ofVisit } from '#core/endpoint';
import { required, Text } from '#core/schema';
import { checkHash, findForVisit } from '../access.ts';
import type { InvoiceModule } from '../invoice-module.ts';
import { InvoiceView } from '../schema.ts';
import { unknownInvoice } from '../service.ts';

const ByHash = Type.Object({ hash: required('Invoice hash was not passed', Text({ maxLength: 191 })) });

export const guestApi = (module: InvoiceModule) => ({
  get: guestEndpoint({
    summary: 'An invoice for whoever holds its hash, where the settings allow it.',
    input: ByHash,
    output: InvoiceView,
    handle: (ctx, { hash }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          checkHash(hash);
          await module.limits.consume('invoice_get_ip', ctx.ip ?? '');
          await module.limits.consume('invoice_get_hash', hash);
          const rules = await module.rules(ctx);
          const invoice = await findForVisit(ctx, { hash, visit, rules, unknown: unknownInvoice });
          const [view] = await module.views.show(ctx, [invoice]);
          return view;
        }),
      ),
  }),

  funds_enabled: guestEndpoint({
    summary: 'Whether clients may add funds to their balance.',
    input: Type.Object({}),
    output: Type.Boolean(),
    handle: async (ctx) => (await module.rules(ctx)).areFundsOn,
  }),
});
