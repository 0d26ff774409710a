import type { Fact, InvoiceDocument, Party, Total } from './document.ts';
import { STYLES } from './flow.ts';
import type { Cell, Flow, SetCell } from './flow.ts';
import { lineHeight, MARGIN } from './sheet.ts';
import { printTable } from './table.ts';

const GAP = 16;
const LOGO = { width: 170, height: 54 };
const FACTS_PER_ROW = 4;
/** However many custom fields a client has, the table begins on the first page. */
const ROWS_OF_PARTY = 18;
const LINES_OF_NOTE = 400;
const LINES_OF_FOOTER = 3;
const FOOTER_GAP = 8;

export interface Printing {
  readonly document: InvoiceDocument;
  readonly logo: Buffer | undefined;
  /** In all; not known yet while they are counted. */
  readonly pages: number;
}

/** From the first page to the last, whether it is drawn or only counted. */
export async function printInvoice(flow: Flow, { document, logo, pages }: Printing): Promise<void> {
  const footer = await footerOf(flow, document);
  flow.bottom = flow.sheet.height - MARGIN - footer.height - 2 * FOOTER_GAP;
  flow.openPage = async () => {
    await flow.sheet.turnPage();
    flow.y = flow.bottom + FOOTER_GAP;
    flow.rule();
    flow.place(footer.cells, flow.y + FOOTER_GAP);
    flow.place((await flow.set([pageNumber(flow, pages)])).cells, flow.y + FOOTER_GAP);
    flow.y = MARGIN;
    if (flow.sheet.page > 1) await printRunningHead(flow, document);
  };

  await flow.openPage();
  await printHead(flow, document, logo);
  await printParties(flow, document);
  await printNote(flow, document.textBefore);
  await printTable(flow, document.columns, document.lines);
  await printTotals(flow, document.totals);
  await printNote(flow, document.textAfter);
  await printBank(flow, document.bank);
  await printNote(flow, document.signature);
}

async function footerOf(flow: Flow, { footer }: InvoiceDocument) {
  const text = footer.filter((part) => part.trim() !== '').join('  ·  ');
  const width = flow.width - 70;
  const done = await flow.set([{ text, style: STYLES.small, x: flow.left, width, lines: LINES_OF_FOOTER }]);
  return { ...done, height: Math.max(done.height, lineHeight(STYLES.small.size)) };
}

function pageNumber(flow: Flow, pages: number): Cell {
  const x = flow.left + flow.width - 60;
  return { text: `${flow.sheet.page} / ${pages}`, style: STYLES.small, x, width: 60, lines: 1, align: 'end' };
}

async function printRunningHead(flow: Flow, { title, number }: InvoiceDocument): Promise<void> {
  const text = `${title} ${number}`;
  await flow.row([{ text, style: STYLES.small, x: flow.left, width: flow.width, lines: 1 }]);
  flow.y += FOOTER_GAP;
}

async function printHead(flow: Flow, document: InvoiceDocument, logo: Buffer | undefined): Promise<void> {
  const top = flow.y;
  const half = flow.width / 2;
  const atEnd = { x: flow.left + half, width: half, lines: 2, align: 'end' } as const;
  await flow.row([{ text: document.title, style: STYLES.title, ...atEnd }]);
  await flow.row([{ text: document.number, style: STYLES.number, ...atEnd }]);
  const { status } = document;
  if (status !== undefined) await flow.row([{ text: status.text, style: STYLES[status.tone], ...atEnd, lines: 1 }]);
  const bottom = flow.y;

  if (logo !== undefined) flow.sheet.picture(logo, { x: flow.left, y: top, ...LOGO });
  else {
    const name = { text: document.seller.name, style: STYLES.sum, x: flow.left, width: half - GAP, lines: 3 };
    flow.y = top + 6;
    await flow.row([name]);
  }
  flow.y = Math.max(bottom, flow.y, logo === undefined ? 0 : top + LOGO.height) + GAP;
  await printFacts(flow, document.facts);
}

/** Labels above values, beside each other. */
async function printFacts(flow: Flow, all: readonly Fact[]): Promise<void> {
  const facts = all.filter(hasValue);
  if (facts.length === 0) return;
  flow.rule();
  flow.y += GAP / 2;
  const width = flow.width / FACTS_PER_ROW;
  for (let from = 0; from < facts.length; from += FACTS_PER_ROW) {
    const row = facts.slice(from, from + FACTS_PER_ROW);
    const columns = row.map((_, index) => ({ x: flow.left + index * width, width: width - GAP / 2, lines: 2 }));
    await flow.row(columns.map((column, index) => ({ ...column, text: row[index]?.label ?? '', style: STYLES.label })));
    await flow.row(columns.map((column, index) => ({ ...column, text: row[index]?.value ?? '', style: STYLES.body })));
    flow.y += GAP / 2;
  }
  flow.rule();
  flow.y += GAP;
}

async function printParties(flow: Flow, { seller, buyer }: InvoiceDocument): Promise<void> {
  const width = flow.width / 2 - GAP / 2;
  const top = flow.y;
  const bottoms: number[] = [];
  for (const [index, party] of [seller, buyer].entries()) {
    flow.y = top;
    for (const cells of partyRows(party, flow.left + index * (width + GAP), width)) await flow.row(cells);
    bottoms.push(flow.y);
  }
  flow.y = Math.max(...bottoms) + GAP;
}

function partyRows({ heading, name, lines, facts }: Party, x: number, width: number): Cell[][] {
  const details = [...lines, ...facts.filter(hasValue).map(({ label, value }) => `${label}: ${value}`)];
  return [
    [{ text: heading, style: STYLES.label, x, width, lines: 1 }],
    [{ text: name, style: STYLES.name, x, width, lines: 3 }],
    ...details
      .filter((text) => text.trim() !== '')
      .slice(0, ROWS_OF_PARTY)
      .map((text) => [{ text, style: STYLES.body, x, width, lines: 2 }]),
  ];
}

/** A note may be longer than a page, so each line of it finds its own place. */
async function printNote(flow: Flow, text: string | undefined): Promise<void> {
  if (text === undefined || text.trim() === '') return;
  const note: Cell = {
    text,
    style: STYLES.body,
    x: flow.left,
    width: flow.width,
    lines: LINES_OF_NOTE,
    align: 'own',
  };
  const { cells } = await flow.set([note]);
  for (const line of cells.flatMap(({ set }) => set)) {
    await flow.reserve(lineHeight(line.style.size));
    const cell: SetCell = { ...note, set: [line] };
    flow.place([cell], flow.y);
    flow.y += lineHeight(line.style.size);
  }
  flow.y += GAP;
}

async function printTotals(flow: Flow, totals: readonly Total[]): Promise<void> {
  flow.y += GAP / 2;
  const amount = { x: flow.left + flow.width - 124, width: 120, lines: 2, align: 'end' } as const;
  const label = { x: flow.left + flow.width - 290, width: 160, lines: 2, align: 'end' } as const;
  for (const total of totals) {
    const style = total.strong === true ? STYLES.sum : STYLES.body;
    await flow.row([
      { text: total.label, style, ...label },
      { text: total.amount, style, ...amount },
    ]);
    flow.y += 3;
  }
  flow.y += GAP;
}

async function printBank(flow: Flow, bank: InvoiceDocument['bank']): Promise<void> {
  const facts = bank?.facts.filter(hasValue) ?? [];
  if (bank === undefined || facts.length === 0) return;
  await flow.row([{ text: bank.heading, style: STYLES.label, x: flow.left, width: flow.width, lines: 1 }]);
  for (const { label, value } of facts) {
    await flow.row([{ text: `${label}: ${value}`, style: STYLES.body, x: flow.left, width: flow.width, lines: 2 }]);
  }
  flow.y += GAP;
}

function hasValue({ value }: Fact): boolean {
  return value.trim() !== '';
}
