import assert from 'node:assert/strict';
import { setTimeout } from 'node:timers/promises';
import { Writable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { extractText, getDocumentProxy } from 'unpdf';
import type { InvoiceDocument } from '#modules/invoice/pdf/document';
import { invoicePdf, writeInvoicePdf } from '#modules/invoice/pdf/invoice-pdf';

const LINE = { title: 'API key', quantity: '1', price: '€ 49.00', tax: '21 %', total: '€ 49.00' };

function buildDocument(changes: Partial<InvoiceDocument> = {}): InvoiceDocument {
  return {
    language: 'en',
    direction: 'ltr',
    paper: 'A4',
    createdAt: new Date('2026-11-22T12:00:00Z'),
    title: 'Invoice',
    number: 'INV-00042',
    status: { text: 'Unpaid', tone: 'bad' },
    facts: [
      { label: 'Invoice date', value: '2026-11-22' },
      { label: 'Due date', value: '2026-12-06' },
    ],
    seller: {
      heading: 'Company',
      name: 'Seller Ltd',
      lines: ['1 High Street', ''],
      facts: [{ label: 'VAT number', value: 'GB123' }],
    },
    buyer: {
      heading: 'Client',
      name: 'Buyer GmbH',
      lines: ['Hauptstraße 1'],
      facts: [{ label: 'Customer no.', value: '77' }],
    },
    columns: { position: '#', title: 'Title', quantity: 'Quantity', price: 'Price', tax: 'Tax', total: 'Total' },
    lines: [LINE],
    totals: [
      { label: 'Subtotal', amount: '€ 49.00' },
      { label: 'VAT 21 %', amount: '€ 10.29' },
      { label: 'Total', amount: '€ 59.29', strong: true },
    ],
    footer: ['Seller Ltd', 'seller@example.com'],
    ...changes,
  };
}

async function pagesOf(document: InvoiceDocument): Promise<string[]> {
  const parsed = await getDocumentProxy(new Uint8Array(await invoicePdf(document)));
  const { text } = await extractText(parsed, { mergePages: false });
  return text;
}

/** Where lines break is the layout's affair. */
async function textOf(document: InvoiceDocument): Promise<string> {
  return (await pagesOf(document)).join(' ').replace(/\s+/g, ' ');
}

function titled(title: string): Partial<InvoiceDocument> {
  return { lines: [{ ...LINE, title }] };
}

/** A chunk without its checksum, which no reader here looks at. */
function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(data.length);
  head.write(type, 4, 'latin1');
  return Buffer.concat([head, data, Buffer.alloc(4)]);
}

function buildPng(width: number, height: number, pixels: Buffer): Buffer {
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 8, 6, 0, 0, 0]);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

describe('invoice/pdf', () => {
  it('prints the parties, the dates, the lines and the totals', async () => {
    const document = buildDocument({
      textBefore: 'Before the lines',
      textAfter: 'After the lines',
      signature: 'Signed',
    });

    const text = await textOf(document);

    for (const part of [
      'Invoice INV-00042 Unpaid',
      'Invoice date Due date 2026-11-22 2026-12-06',
      'Company Seller Ltd 1 High Street VAT number: GB123',
      'Client Buyer GmbH Hauptstraße 1 Customer no.: 77',
      'Before the lines # Title Quantity Price Tax Total 1 API key 1 € 49.00 21 % € 49.00',
      'Subtotal € 49.00 VAT 21 % € 10.29 Total € 59.29',
      'After the lines Signed',
      'Seller Ltd · seller@example.com',
    ]) {
      assert.ok(text.includes(part), `${part} is not in ${text}`);
    }
  });

  it('prints how to pay and no column of taxes when there is no heading for it', async () => {
    const columns = { position: '#', title: 'Title', quantity: 'Quantity', price: 'Price', total: 'Total' };
    const bank = { heading: 'Bank details', facts: [{ label: 'IBAN', value: 'NL91 ABNA' }] };

    const text = await textOf(buildDocument({ columns, bank }));

    assert.match(text, /Bank details IBAN: NL91 ABNA/);
    assert.match(text, /Price Total 1 API key 1 € 49.00 € 49.00/);
  });

  for (const [paper, width, height] of [
    ['A4', 595.28, 841.89],
    ['Letter', 612, 792],
  ] as const) {
    it(`has pages of ${paper}`, async () => {
      const parsed = await getDocumentProxy(new Uint8Array(await invoicePdf(buildDocument({ paper }))));

      const page = await parsed.getPage(1);

      assert.deepEqual(page.view, [0, 0, width, height]);
    });
  }

  it('is the same file for the same document', async () => {
    const [first, second] = [await invoicePdf(buildDocument()), await invoicePdf(buildDocument())];

    assert.ok(first.equals(second));
  });

  it('stays small', async () => {
    const bytes = await invoicePdf(buildDocument({ ...titled('专业版接口密钥 한국어 제품 日本語の商品 فاتورة') }));

    assert.ok(bytes.length < 150_000, `${bytes.length} bytes`);
  });

  it('lets other work go on while it prints', async () => {
    const document = buildDocument({ lines: Array.from({ length: 300 }, () => LINE) });
    let turns = 0;
    const printed = invoicePdf(document).then(() => true);

    while (!(await Promise.race([printed, setTimeout(1, false)]))) turns += 1;

    assert.ok(turns > 3, `${turns} turns`);
  });

  it('stops when the reader goes away', async () => {
    const out = new Writable({ write: (_chunk, _encoding, done) => done(new Error('gone')) });

    const printed = writeInvoicePdf(buildDocument({ lines: Array.from({ length: 200 }, () => LINE) }), out);

    await assert.rejects(printed, /gone/);
  });
});

describe('invoice/pdf in many scripts', () => {
  for (const [script, text] of [
    ['Latin', 'Żółć, Überschuß, Nguyễn Văn Ánh'],
    ['Cyrillic', 'Лицензия на год, Ђорђе, Їжак'],
    ['Greek', 'Άδεια χρήσης ενός έτους'],
    ['Chinese', '专业版密钥,張偉'],
    ['Japanese', 'ライセンスの購入。東京都'],
    ['Korean', '서울특별시 강남구 키'],
    ['Arabic', 'مفتاح شهر واحد'],
    ['Persian', 'فاکتور شماره ۱۲۳۴'],
    ['Hebrew', 'חשבונית מס'],
    ['Thai', 'ใบแจ้งหนี้ที่อยู่'],
  ]) {
    it(`prints ${script}`, async () => {
      const document = buildDocument({ signature: text });

      const printed = await textOf(document);

      assert.ok(printed.includes(text ?? ''), `${text} is not in ${printed}`);
    });
  }

  it('keeps numbers and names from left to right within Arabic', async () => {
    const document = buildDocument({ signature: 'رقم الفاتورة INV-2026-42 خلال 14 يوما' });

    const printed = await textOf(document);

    assert.match(printed, /INV-2026-42/);
    assert.match(printed, / 14 /);
  });

  it('mirrors the page of a language that is read from the right', async () => {
    const left = await placesOf(buildDocument({ direction: 'ltr' }));
    const right = await placesOf(buildDocument({ direction: 'rtl' }));

    assert.ok(Number(left.get('API key')) < Number(left.get('€ 59.29')));
    assert.ok(Number(right.get('API key')) > Number(right.get('€ 59.29')));
  });

  it('takes the shapes of the Chinese characters that the language has', async () => {
    const fonts = new Set<number>();

    for (const language of ['zh-CN', 'zh-TW', 'ja', 'ko']) {
      fonts.add((await invoicePdf(buildDocument({ language, signature: '直角骨今誤' }))).length);
    }

    assert.equal(fonts.size, 4);
  });
});

describe('invoice/pdf of many lines', () => {
  const lines = Array.from({ length: 500 }, (_, index) => ({ ...LINE, title: `Key of client number ${index + 1}.` }));

  it('repeats the head of the table and counts the pages', async () => {
    const pages = await pagesOf(buildDocument({ lines }));

    assert.ok(pages.length > 10);
    for (const [index, page] of pages.entries()) {
      assert.match(page, /#\s+Title\s+Quantity\s+Price\s+Tax\s+Total/);
      assert.ok(page.includes(`${index + 1} / ${pages.length}`));
    }
  });

  it('prints each line once and the total on the last page', async () => {
    const pages = await pagesOf(buildDocument({ lines }));

    const numbers = pages.flatMap((page) => Array.from(page.matchAll(/client number (\d+)\./g), ([, found]) => found));
    assert.deepEqual(
      numbers,
      lines.map((_, index) => String(index + 1)),
    );
    assert.match(pages.at(-1) ?? '', /€ 59.29/);
  });

  it('continues a long note on the next page', async () => {
    const note = Array.from({ length: 120 }, (_, index) => `Clause ${index + 1}.`).join('\n');

    const pages = await pagesOf(buildDocument({ textAfter: note }));

    assert.equal(pages.length, 3);
    assert.match(pages.at(-1) ?? '', /Clause 120\./);
  });
});

describe('invoice/pdf of hostile texts', () => {
  it('cuts a title of 10,000 characters, with and without spaces', async () => {
    const text = await textOf(
      buildDocument({ lines: [...oneLine('x'.repeat(10_000)), ...oneLine('word '.repeat(2_000))] }),
    );

    assert.equal(text.match(/…/g)?.length, 2);
    assert.match(text, /€ 59.29/);
  });

  it('prints one sign for an emoji or an unknown character', async () => {
    const text = await textOf(buildDocument(titled('a 👨‍👩‍👧 b ⚡ c \u{13000} d \ud800 e')));

    assert.match(text, /a \uFFFD b \uFFFD c \uFFFD d \uFFFD e/);
  });

  it('prints templates and markup as they are', async () => {
    const title = '{{ 7 * 7 }} {% raw %} <b>bold</b> (\\) Tj ET';

    const text = await textOf(buildDocument(titled(title)));

    assert.ok(text.includes(title));
  });

  it('leaves out controls and what would reorder the text', async () => {
    const text = await textOf(buildDocument(titled('pay \u202e00.1\u202c \u0000\u0007\u2066now\u2069\u200b!')));

    assert.match(text, /pay 00\.1 now!/);
  });

  it('survives whatever is in a text', async () => {
    const texts = [
      '',
      ' ',
      '\n\n',
      '\u0301\u0301',
      '\u200d',
      '\ufffe',
      '(((',
      '\u0661\u0662%',
      'ا'.repeat(5_000),
      '\u0301'.repeat(5_000),
    ];

    const printed = await invoicePdf(buildDocument({ lines: texts.flatMap(oneLine), title: texts.join('א') }));

    assert.ok(printed.length > 0);
  });

  it('prints a document that has next to nothing', async () => {
    const nobody = { heading: '', name: '', lines: [], facts: [] };

    const pages = await pagesOf(
      buildDocument({
        title: '',
        number: '',
        facts: [],
        seller: nobody,
        buyer: nobody,
        lines: [],
        totals: [],
        footer: [],
      }),
    );

    assert.equal(pages.length, 1);
  });

  function oneLine(title: string) {
    return [{ ...LINE, title }];
  }
});

describe('invoice/pdf logo', () => {
  it('prints the logo in place of the seller’s name', async () => {
    const logo = buildPng(2, 1, deflateSync(Buffer.from([0, 255, 0, 0, 255, 0, 0, 255, 128])));

    const bytes = await invoicePdf(buildDocument({ logo }));

    assert.ok(hasPicture(bytes));
  });

  const whole = buildPng(2, 1, deflateSync(Buffer.alloc(9)));
  for (const [what, logo] of [
    ['no picture', Buffer.from('<svg/>')],
    ['nothing', Buffer.alloc(0)],
    ['cut off', whole.subarray(0, whole.length - 14)],
    ['damaged', buildPng(2, 1, Buffer.from('not compressed'))],
    ['short of pixels', buildPng(900, 900, deflateSync(Buffer.alloc(9)))],
    ['a bomb', buildPng(60_000, 60_000, deflateSync(Buffer.alloc(1_000_000)))],
    ['a JPEG without an end', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0xff, 0xff])],
  ] as const) {
    it(`leaves out a logo that is ${what}`, async () => {
      const bytes = await invoicePdf(buildDocument({ logo }));

      assert.ok(!hasPicture(bytes));
    });
  }
});

function hasPicture(pdf: Buffer): boolean {
  return pdf.includes('/Subtype /Image');
}

/** How far from the left each text begins. */
async function placesOf(document: InvoiceDocument): Promise<Map<string, number>> {
  const parsed = await getDocumentProxy(new Uint8Array(await invoicePdf(document)));
  const { items } = await (await parsed.getPage(1)).getTextContent();
  return new Map(
    items.flatMap((item): [string, number][] => ('str' in item ? [[item.str, Number(item.transform[4])]] : [])),
  );
}
