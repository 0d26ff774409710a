import { once } from 'node:events';
import { PassThrough, type Readable } from 'node:stream';
import type { Context } from '#core/context';
import { messageOf } from '#core/error';
import type { SettingStore } from '#core/settings';
import type { Client, ClientService } from '#modules/client/contract';
import type { CurrencyService } from '#modules/currency/contract';
import type { Invoice } from './contract.ts';
import { documentOf, type Manner } from './document.ts';
import { readLogo } from './logo-file.ts';
import type { InvoiceDocument } from './pdf/document.ts';
import { invoicePdf, writeInvoicePdf } from './pdf/invoice-pdf.ts';
import type { Rules } from './rules.ts';

interface Needs {
  readonly clients: ClientService;
  readonly currencies: CurrencyService;
  readonly settings: SettingStore;
  rules(ctx: Context): Promise<Rules>;
  readonly timeZone: string;
  readonly website: string;
  /** Where the logo may be. */
  readonly publicFolder: string;
}

export type Documents = ReturnType<typeof createDocuments>;

/** Invoices as people see them, in the language of the client. */
export function createDocuments({ clients, currencies, settings, rules, timeZone, website, publicFolder }: Needs) {
  async function localeOf(ctx: Context, clientId: number | undefined): Promise<string> {
    const client = clientId === undefined ? undefined : await clients.find(ctx, clientId);
    return client?.lang ?? ((await settings.param(ctx, 'locale')) || 'en_US');
  }

  async function mannerFor(ctx: Context, invoice: Invoice, company: Rules['company'], told?: Client): Promise<Manner> {
    const locale = told?.lang ?? (await localeOf(ctx, invoice.clientId));
    const [write, logo] = await Promise.all([
      currencies.formatter(ctx, invoice.currency, { locale }),
      readLogo(company['logo'], publicFolder),
    ]);
    return { locale, timeZone, now: ctx.now, website, logo, write };
  }

  async function documentFor(ctx: Context, invoice: Invoice): Promise<InvoiceDocument> {
    const current = await rules(ctx);
    return documentOf(invoice, current, await mannerFor(ctx, invoice, current.company));
  }

  return {
    documentFor,
    mannerFor,

    /** Read while it is printed. Rejects when it cannot be printed, before anything is read. */
    async openPdf(ctx: Context, invoice: Invoice): Promise<{ name: string; content: Readable }> {
      const document = await documentFor(ctx, invoice);
      const content = new PassThrough();
      // Once the first page is on its way nobody else may listen; an error without a listener would end the process.
      content.on('error', () => undefined);
      writeInvoicePdf(document, content).catch((error: unknown) => {
        if (!isReaderGone(error)) ctx.log.error('an invoice could not be printed', { invoiceId: invoice.id, error });
        content.destroy(error instanceof Error ? error : new Error(messageOf(error)));
      });
      await once(content, 'readable');
      return { name: fileNameOf(document), content };
    },

    /** Undefined when it cannot be printed: a letter goes without. */
    async attachmentFor(ctx: Context, invoice: Invoice, document: InvoiceDocument) {
      try {
        return { name: fileNameOf(document), type: 'application/pdf', content: await invoicePdf(document) };
      } catch (error) {
        ctx.log.error('an invoice could not be printed for a letter', { invoiceId: invoice.id, error });
        return undefined;
      }
    },
  };
}

export const fileNameOf = ({ number }: Pick<InvoiceDocument, 'number'>): string =>
  `${number.replaceAll(/[^\w.-]/g, '-')}.pdf`;

const isReaderGone = (error: unknown): boolean =>
  error instanceof Error && Reflect.get(error, 'code') === 'ERR_STREAM_PREMATURE_CLOSE';
