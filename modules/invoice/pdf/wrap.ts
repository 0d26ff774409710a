import type { FontShelf, Weight } from './faces.ts';
import { breaksOf, lettersOf, paragraphOf, runsBetween, widthBetween } from './paragraph.ts';
import type { Paragraph, Run } from './paragraph.ts';
import { plain } from './plain.ts';

export interface Style {
  readonly size: number;
  readonly weight: Weight;
  readonly color: string;
}

/** A line as it is drawn. */
export interface TextLine {
  readonly runs: readonly Run[];
  readonly width: number;
  readonly style: Style;
  readonly direction: 'ltr' | 'rtl';
}

export interface Room {
  readonly width: number;
  /** What does not fit ends in "…". */
  readonly lines: number;
}

/** Turns texts into lines that fit. */
export interface Typesetter {
  wrap(text: string, style: Style, room: Room): Promise<TextLine[]>;
}

interface Range {
  readonly paragraph: Paragraph;
  readonly start: number;
  readonly end: number;
}

/** No letter is narrower, so the rest of an endless text need not be looked at. */
const LETTERS_PER_POINT = 1;

export function createTypesetter(shelf: FontShelf): Typesetter {
  async function paragraphIn(text: string, { weight }: Style): Promise<Paragraph> {
    return paragraphOf(text, await shelf.facesFor(text, weight));
  }

  /** Takes letters away at the end of what is read until the dots fit. */
  async function shorten({ paragraph, start, end }: Range, style: Style, room: Room): Promise<Range> {
    const text = paragraph.text.slice(start, end).trimEnd();
    for (const letters of [text.length, ...lettersOf(text).reverse(), 0]) {
      const cut = await paragraphIn(`${text.slice(0, letters)}…`, style);
      const range = { paragraph: cut, start: 0, end: cut.text.length };
      if (widthOf(range) * style.size <= room.width || letters === 0) return range;
    }
    return { paragraph, start, end };
  }

  return {
    async wrap(text, style, room) {
      const limit = Math.ceil(room.lines * room.width * LETTERS_PER_POINT);
      const ranges: Range[] = [];
      for (const line of plain(text.slice(0, limit)).trim().split('\n')) {
        const paragraph = await paragraphIn(line, style);
        ranges.push(...rangesOf(paragraph, room.width / style.size, room.lines + 1 - ranges.length));
        if (ranges.length > room.lines) break;
      }
      const fitting = ranges.slice(0, room.lines);
      const last = fitting.at(-1);
      const isCut = ranges.length > fitting.length || text.length > limit;
      if (isCut && last !== undefined) fitting.splice(-1, 1, await shorten(last, style, room));
      return fitting.map((range) => lineOf(range, style));
    },
  };
}

/** At most so many lines: the text that is left is not measured. */
function rangesOf(paragraph: Paragraph, width: number, limit: number): Range[] {
  const ranges: Range[] = [];
  let start = 0;
  let end = 0;
  let used = 0;
  const close = (at: number) => {
    ranges.push({ paragraph, start, end: at });
    start = at;
    used = 0;
  };
  for (const stop of breaksOf(paragraph.text)) {
    if (ranges.length >= limit) return ranges;
    const wanted = widthOf({ paragraph, start: end, end: stop });
    if (used > 0 && used + wanted > width) close(end);
    if (wanted > width) {
      for (const letter of lettersOf(paragraph.text.slice(start, stop)).map((length) => start + length)) {
        const step = widthBetween(paragraph, end, letter);
        if (used > 0 && used + step > width) close(end);
        if (ranges.length >= limit) return ranges;
        used += step;
        end = letter;
      }
    } else {
      used += widthBetween(paragraph, end, stop);
      end = stop;
    }
  }
  if (end > start || ranges.length === 0) close(end);
  return ranges;
}

/** Spaces at the end of a line take no room. */
function widthOf({ paragraph, start, end }: Range): number {
  return widthBetween(paragraph, start, start + paragraph.text.slice(start, end).trimEnd().length);
}

function lineOf({ paragraph, start, end }: Range, style: Style): TextLine {
  const runs = runsBetween(paragraph, start, start + paragraph.text.slice(start, end).trimEnd().length);
  const width = runs.reduce((sum, run) => sum + run.width, 0) * style.size;
  return { runs, width, style, direction: paragraph.direction };
}
