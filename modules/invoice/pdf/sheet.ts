import { setImmediate } from 'node:timers/promises';
import type { TextLine } from './wrap.ts';

export const MARGIN = 48;
const SIZES = { A4: { width: 595.28, height: 841.89 }, Letter: { width: 612, height: 792 } } as const;
/** Of the font size: room for accents above accents, and where in it the letters stand. */
const LINE_HEIGHT = 1.45;
const BASELINE = 1.07;

/** Where text is within its box: at the side where reading starts or ends, or as its own letters have it. */
export type Align = 'start' | 'end' | 'own';

export interface Box {
  /** From the side of the page where reading starts. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** A pad of pages. Measured from the side where reading starts, so that the same calls make a page from right to left. */
export interface Sheet {
  readonly width: number;
  readonly height: number;
  page: number;
  lines(lines: readonly TextLine[], box: Box, align?: Align): void;
  fill(box: Box & { readonly height: number }, color: string): void;
  picture(bytes: Buffer, box: Box & { readonly height: number }): void;
  turnPage(): Promise<void>;
}

export function heightOf(lines: readonly TextLine[]): number {
  return lines.reduce((height, { style }) => height + style.size * LINE_HEIGHT, 0);
}

export function lineHeight(size: number): number {
  return size * LINE_HEIGHT;
}

/** A sheet nothing is drawn on: it counts the pages. */
export function createDraft(paper: 'A4' | 'Letter'): Sheet {
  return {
    ...SIZES[paper],
    page: 0,
    lines() {},
    fill() {},
    picture() {},
    async turnPage() {
      this.page += 1;
      await setImmediate();
    },
  };
}

export function createSheet(pdf: PDFKit.PDFDocument, paper: 'A4' | 'Letter', direction: 'ltr' | 'rtl'): Sheet {
  const size = SIZES[paper];
  const registered = new Set<string>();
  const left = ({ x, width }: Box) => (direction === 'rtl' ? size.width - x - width : x);

  function line({ runs, style }: TextLine, x: number, y: number) {
    let at = x;
    for (const { face, text, isTurned, width: part } of runs) {
      if (!registered.has(face.name)) {
        // The library takes a font that is open already, which its types do not tell.
        pdf.registerFont(face.name, face.font as unknown as Buffer);
        registered.add(face.name);
      }
      const options = { lineBreak: false, baseline: 'alphabetic' } as const;
      // Words are put from left to right, unless there is a list of features: then the run is shaped as a whole.
      pdf.font(face.name, style.size).text(text, at, y, isTurned ? { ...options, features: [] } : options);
      at += part * style.size;
    }
  }

  return {
    ...size,
    page: 0,
    lines(lines, box, align = 'start') {
      let y = box.y;
      for (const textLine of lines) {
        const { style, direction: own } = textLine;
        const isAtLeft = align === 'own' ? own === 'ltr' : (align === 'start') === (direction === 'ltr');
        pdf.fillColor(style.color);
        line(textLine, isAtLeft ? left(box) : left(box) + box.width - textLine.width, y + style.size * BASELINE);
        y += lineHeight(style.size);
      }
    },
    fill(box, color) {
      pdf.rect(left(box), box.y, box.width, box.height).fill(color);
    },
    picture(bytes, box) {
      const align = direction === 'rtl' ? 'right' : undefined;
      pdf.image(bytes, left(box), box.y, { fit: [box.width, box.height], ...(align && { align }) });
    },
    /** Between pages the finished ones go out and other requests get their turn. */
    async turnPage() {
      await setImmediate();
      if (pdf.destroyed) throw new Error('Nobody reads this document any more');
      pdf.addPage({ size: [size.width, size.height], margin: 0 });
      this.page += 1;
    },
  };
}
