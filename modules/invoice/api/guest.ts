import { Type } from '@sinclair/typebox';
import { guestEndpoint, ofVisit } from '#core/endpoint';
import { required, Text } from '#core/schema';
import type { InvoiceModule } from '../invoice-module.ts';
import type { ReadForVisit } from '../reading.ts';
import { InvoiceView } from '../schema.ts';
import { unknownInvoice } from '../service.ts';

const ByHash = Type.Object({ hash: required('Invoice hash was not passed', Text({ maxLength: 191 })) });

export const guestApi = (module: Pick<InvoiceModule, 'views' | 'rules'>, read: ReadForVisit) => ({
  get: guestEndpoint({
    summary: 'An invoice for whoever holds its hash, where the settings allow it.',
    input: ByHash,
    output: InvoiceView,
    handle: (ctx, { hash }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          const policies = ['invoice_get_ip', 'invoice_get_hash'] as const;
          const invoice = await read(ctx, { hash, visit, policies, unknown: unknownInvoice });
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
