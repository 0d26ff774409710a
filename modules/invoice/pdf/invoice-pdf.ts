import { PassThrough } from 'node:stream';
import type { Writable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { InvoiceDocument } from './document.ts';

/** Writes the document as a PDF and ends the stream. Rejects when the stream closes before. */
export async function writeInvoicePdf(document: InvoiceDocument, out: Writable): Promise<void> {
  // The PDF library and its tables are read at the first document, not when the engine starts.
  const { render } = await import('./render.ts');
  await render(document, out);
}

export async function invoicePdf(document: InvoiceDocument): Promise<Buffer> {
  const through = new PassThrough();
  const [bytes] = await Promise.all([buffer(through), writeInvoicePdf(document, through)]);
  return bytes;
}
