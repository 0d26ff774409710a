import { Type } from '@sinclair/typebox';
import { guestEndpoint, ofVisit, pdf } from '#core/endpoint';
import { notFound } from '#core/error';
import { Anything, required, Text } from '#core/schema';
import type { Documents } from '../documents.ts';
import type { ReadForVisit } from '../reading.ts';

/** Beside the other calls of guests. */
export const guestPdfApi = (documents: Documents, read: ReadForVisit) => ({
  pdf: guestEndpoint({
    summary: 'An invoice as a PDF, for whoever holds its hash, where the settings allow it.',
    input: Type.Object({ hash: required('Invoice hash was not passed', Text({ maxLength: 191 })) }),
    output: Anything({ description: 'The PDF.' }),
    handle: (ctx, { hash }) =>
      Promise.resolve(
        ofVisit(async (visit) => {
          const unknown = () => notFound('invoice.unknown', 'Invoice not found');
          const policies = ['invoice_pdf_ip', 'invoice_pdf_hash'] as const;
          const { name, content } = await documents.openPdf(ctx, await read(ctx, { hash, visit, policies, unknown }));
          return pdf(name, content);
        }),
      ),
  }),
});
