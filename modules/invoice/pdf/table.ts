import type { Columns, DocumentLine } from './document.ts';
import { RULE, SHADE, STYLES } from './flow.ts';
import type { Cell, Flow } from './flow.ts';
import type { Align } from './sheet.ts';
import type { Style } from './wrap.ts';

const PADDING = 4.5;
/** A longer title is cut, so that a row fits on a page with room to spare. */
const LINES_OF_TITLE = 12;

type Texts = Record<'position' | 'title' | 'quantity' | 'price' | 'tax' | 'total', string>;

interface Column {
  readonly key: keyof Texts;
  readonly x: number;
  readonly width: number;
  readonly align: Align;
}

export async function printTable(flow: Flow, headings: Columns, lines: readonly DocumentLine[]): Promise<void> {
  const columns = columnsOf(flow, headings.tax !== undefined);
  const header = await flow.set(cellsOf(columns, textsOf(headings), STYLES.label, 2));
  const headerHeight = header.height + 2 * PADDING;
  const placeHeader = () => {
    flow.sheet.fill({ x: flow.left, y: flow.y, width: flow.width, height: headerHeight }, SHADE);
    flow.place(header.cells, flow.y + PADDING);
    flow.y += headerHeight;
  };

  for (const [index, line] of lines.entries()) {
    const texts = textsOf({ ...line, position: String(index + 1) });
    const row = await flow.set(cellsOf(columns, texts, STYLES.body, LINES_OF_TITLE));
    const height = row.height + 2 * PADDING;
    const pageBefore = flow.sheet.page;
    await flow.reserve(index === 0 ? headerHeight + height : height);
    if (index === 0 || flow.sheet.page !== pageBefore) placeHeader();
    flow.place(row.cells, flow.y + PADDING);
    flow.y += height;
    flow.sheet.fill({ x: flow.left, y: flow.y, width: flow.width, height: 0.4 }, RULE);
  }
}

function columnsOf(flow: Flow, hasTax: boolean): Column[] {
  const widths = { position: 26, quantity: 56, price: 78, tax: hasTax ? 44 : 0, total: 86 };
  const title = flow.width - Object.values(widths).reduce((sum, width) => sum + width, 0);
  const order = [
    { key: 'position', width: widths.position, align: 'start' },
    { key: 'title', width: title, align: 'start' },
    { key: 'quantity', width: widths.quantity, align: 'end' },
    { key: 'price', width: widths.price, align: 'end' },
    { key: 'tax', width: widths.tax, align: 'end' },
    { key: 'total', width: widths.total, align: 'end' },
  ] as const;
  let x = flow.left;
  return order
    .map((column) => {
      x += column.width;
      return { ...column, x: x - column.width + PADDING, width: column.width - 2 * PADDING };
    })
    .filter(({ width }) => width > 0);
}

function cellsOf(columns: readonly Column[], texts: Texts, style: Style, lines: number): Cell[] {
  return columns.map(({ key, ...column }) => ({ ...column, text: texts[key], style, lines }));
}

function textsOf({ tax = '', ...texts }: Columns): Texts {
  return { ...texts, tax };
}
