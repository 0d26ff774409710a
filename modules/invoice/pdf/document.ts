/**
 * What is printed. Every text is ready to be read: translated, amounts and dates formatted. It is plain text, whatever it
 * holds; a line feed starts a new line.
 */
export interface InvoiceDocument {
  /** BCP 47. It decides which shapes Chinese characters have; the labels are translated already. */
  readonly language: string;
  /** `rtl` mirrors the page. Text runs in the direction of its own letters in either. */
  readonly direction: 'ltr' | 'rtl';
  readonly paper: 'A4' | 'Letter';
  /** Goes into the file's properties: a PDF does not tell when it was printed, so the same document is the same file. */
  readonly createdAt: Date;
  /** "Invoice", "Credit note", "Proforma". */
  readonly title: string;
  readonly number: string;
  readonly status?: Status | undefined;
  /** Dates and the like, beside each other below the title. */
  readonly facts: readonly Fact[];
  /** PNG or JPEG. One that cannot be read is left out. */
  readonly logo?: Uint8Array | undefined;
  readonly seller: Party;
  readonly buyer: Party;
  readonly textBefore?: string | undefined;
  readonly columns: Columns;
  readonly lines: readonly DocumentLine[];
  /** Subtotal, a line for each tax, discount, total, paid, credit, due: in the order of the list. */
  readonly totals: readonly Total[];
  readonly textAfter?: string | undefined;
  /** How to pay. */
  readonly bank?: { readonly heading: string; readonly facts: readonly Fact[] } | undefined;
  readonly signature?: string | undefined;
  /** At the foot of each page, beside the page number. */
  readonly footer: readonly string[];
}

export interface Status {
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'neutral';
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

export interface Party {
  readonly heading: string;
  readonly name: string;
  /** Company, address, country. Empty ones are left out. */
  readonly lines: readonly string[];
  /** VAT number, phone, email, custom fields. Those without a value are left out. */
  readonly facts: readonly Fact[];
}

/** The headings of the table. Without one for `tax` there is no such column. */
export interface Columns {
  readonly position: string;
  readonly title: string;
  readonly quantity: string;
  readonly price: string;
  readonly tax?: string | undefined;
  readonly total: string;
}

export interface DocumentLine {
  readonly title: string;
  /** With its unit: "3 h". */
  readonly quantity: string;
  readonly price: string;
  /** A mark such as "21 %" or "*". */
  readonly tax?: string | undefined;
  readonly total: string;
}

export interface Total {
  readonly label: string;
  readonly amount: string;
  readonly strong?: boolean | undefined;
}
