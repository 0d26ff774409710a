import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import PDFDocument from 'pdfkit';
import type { InvoiceDocument } from './document.ts';
import { createFontShelf } from './faces.ts';
import { createFlow } from './flow.ts';
import { checkedLogo } from './logo.ts';
import { plain } from './plain.ts';
import { printInvoice } from './print.ts';
import { createDraft, createSheet } from './sheet.ts';
import { createTypesetter } from './wrap.ts';

/** Pages leave as they are done; the number of pages stands on the first, so they are counted before. */
export async function render(document: InvoiceDocument, out: Writable): Promise<void> {
  const typesetter = createTypesetter(createFontShelf(document.language));
  const logo = checkedLogo(document.logo);
  const draft = createDraft(document.paper);
  await printInvoice(createFlow(draft, typesetter), { document, logo, pages: 0 });

  const pdf = createPdf(document);
  const written = pipeline(pdf, out);
  const sheet = createSheet(pdf, document.paper, document.direction);
  const printed = printInvoice(createFlow(sheet, typesetter), { document, logo, pages: draft.page }).then(
    () => pdf.end(),
    (error: unknown) => pdf.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  await Promise.all([written, printed]);
}

function createPdf({ title, number, seller, language, createdAt }: InvoiceDocument): PDFKit.PDFDocument {
  return new PDFDocument({
    autoFirstPage: false,
    // Otherwise it opens a font of its own that no document uses.
    font: '',
    pdfVersion: '1.7',
    lang: language,
    displayTitle: true,
    info: {
      Title: plain(`${title} ${number}`),
      Author: plain(seller.name),
      Producer: 'Tollkeeper',
      Creator: 'Tollkeeper',
      CreationDate: createdAt,
    },
  });
}
