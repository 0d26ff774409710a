import { heightOf, MARGIN } from './sheet.ts';
import type { Align, Sheet } from './sheet.ts';
import type { Style, TextLine, Typesetter } from './wrap.ts';

const INK = '#1f2937';
const GREY = '#6b7280';

export const RULE = '#d1d5db';
export const SHADE = '#f3f4f6';

export const STYLES = {
  title: { size: 20, weight: 700, color: INK },
  number: { size: 11, weight: 400, color: GREY },
  name: { size: 10, weight: 700, color: INK },
  body: { size: 9, weight: 400, color: INK },
  strong: { size: 9, weight: 700, color: INK },
  sum: { size: 11, weight: 700, color: INK },
  label: { size: 7.5, weight: 700, color: GREY },
  small: { size: 7.5, weight: 400, color: GREY },
  good: { size: 10, weight: 700, color: '#15803d' },
  bad: { size: 10, weight: 700, color: '#b91c1c' },
  neutral: { size: 10, weight: 700, color: GREY },
} as const satisfies Record<string, Style>;

/** A text in its column: the columns of a row start at the same height. */
export interface Cell {
  readonly text: string;
  readonly style: Style;
  readonly x: number;
  readonly width: number;
  readonly lines: number;
  readonly align?: Align;
}

/** A cell whose text is broken into lines. */
export interface SetCell extends Cell {
  readonly set: readonly TextLine[];
}

/** Puts things below each other and turns the page when one does not fit. */
export interface Flow {
  readonly sheet: Sheet;
  readonly left: number;
  readonly width: number;
  y: number;
  /** Below it is the foot of the page. */
  bottom: number;
  /** Draws what each page begins with. */
  openPage: () => Promise<void>;
  /** Sets the texts; the height is that of the tallest. */
  set(cells: readonly Cell[]): Promise<{ readonly cells: readonly SetCell[]; readonly height: number }>;
  place(cells: readonly SetCell[], y: number): void;
  /** Turns the page unless so much is free. */
  reserve(height: number): Promise<void>;
  /** Sets, reserves, places, and goes on below. */
  row(cells: readonly Cell[]): Promise<void>;
  rule(): void;
}

export function createFlow(sheet: Sheet, typesetter: Typesetter): Flow {
  return {
    sheet,
    left: MARGIN,
    width: sheet.width - 2 * MARGIN,
    y: MARGIN,
    bottom: sheet.height - MARGIN,
    openPage: () => sheet.turnPage(),
    async set(cells) {
      const done: SetCell[] = [];
      for (const cell of cells) done.push({ ...cell, set: await typesetter.wrap(cell.text, cell.style, cell) });
      return { cells: done, height: Math.max(0, ...done.map(({ set }) => heightOf(set))) };
    },
    place(cells, y) {
      for (const cell of cells) sheet.lines(cell.set, { x: cell.x, y, width: cell.width }, cell.align);
    },
    async reserve(height) {
      if (this.y + height > this.bottom) await this.openPage();
    },
    async row(cells) {
      const { cells: done, height } = await this.set(cells);
      await this.reserve(height);
      this.place(done, this.y);
      this.y += height;
    },
    rule() {
      sheet.fill({ x: this.left, y: this.y, width: this.width, height: 0.6 }, RULE);
    },
  };
}
