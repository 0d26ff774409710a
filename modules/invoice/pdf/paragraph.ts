import bidiFactory from 'bidi-js';
import LineBreaker from 'linebreak';
import type { Face, Faces } from './faces.ts';

/** A text without line feeds, in the order it is read, each code unit with its face and its direction. */
export interface Paragraph {
  readonly text: string;
  /** Odd where the text runs from right to left. */
  readonly levels: Uint8Array;
  readonly faces: readonly Face[];
  readonly direction: 'ltr' | 'rtl';
}

/** Letters that are beside each other, in the order they are drawn. */
export interface Run {
  readonly face: Face;
  /** As the font's shaper wants it. */
  readonly text: string;
  /** The shaper turns it around as a whole. */
  readonly isTurned: boolean;
  /** In parts of the font size. */
  readonly width: number;
}

interface Stretch {
  readonly face: Face;
  readonly level: number;
  readonly text: string;
}

const bidi = bidiFactory();
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const words = new Intl.Segmenter('th', { granularity: 'word' });

const LATIN = /^[\x20-\x7e]*$/;
/** They write without spaces, so the rules of Unicode find no break: a dictionary does. */
const SPACELESS = /[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]+/gu;
/** The scripts that the shaper turns around by itself, digits and all. */
const TURNED_BY_SHAPER = /[\p{sc=Arabic}\p{sc=Hebrew}\p{sc=Syriac}\p{sc=Thaana}\p{sc=Nko}]/u;
/** May be drawn with the font of the letters before, and accents had better be. */
const NEUTRAL = /[\p{sc=Common}\p{sc=Inherited}\p{M}]/u;

export function paragraphOf(text: string, found: Faces): Paragraph {
  if (LATIN.test(text)) return latin(text, found);
  const { visible, faces } = assignFaces(text, found);
  const { levels, paragraphs } = bidi.getEmbeddingLevels(visible, 'auto');
  return { text: visible, levels, faces, direction: ((paragraphs[0]?.level ?? 0) & 1) === 1 ? 'rtl' : 'ltr' };
}

/** The ends of the parts that stay on one line, in ascending order; the last is the end of the text. */
export function breaksOf(text: string): number[] {
  const ends = new Set<number>();
  const breaker = new LineBreaker(text);
  for (let next = breaker.nextBreak(); next !== null; next = breaker.nextBreak()) ends.add(next.position);
  for (const stretch of text.matchAll(SPACELESS)) {
    for (const { index } of words.segment(stretch[0])) if (index > 0) ends.add(stretch.index + index);
  }
  ends.add(text.length);
  return [...ends].sort((a, b) => a - b);
}

/** The ends of what a reader takes for one letter. */
export function lettersOf(text: string): number[] {
  if (LATIN.test(text)) return Array.from(text, (_, index) => index + 1);
  return Array.from(graphemes.segment(text), ({ index, segment }) => index + segment.length);
}

/** In parts of the font size. */
export function widthBetween(paragraph: Paragraph, start: number, end: number): number {
  return stretchesOf(paragraph, start, end).reduce((width, { face, text }) => width + face.widthOf(text), 0);
}

/** From left to right. */
export function runsBetween(paragraph: Paragraph, start: number, end: number): Run[] {
  return reorder(stretchesOf(paragraph, start, end)).map(({ face, level, text }) => {
    const turned = turn(text, level);
    return { face, text: turned, isTurned: TURNED_BY_SHAPER.test(turned), width: face.widthOf(turned) };
  });
}

/** Most texts by far: each letter is one character from left to right. */
function latin(text: string, found: Faces): Paragraph {
  const faces = Array.from(text, (character) => found.find(character.charCodeAt(0))).filter(
    (face) => face !== undefined,
  );
  return { text, levels: new Uint8Array(text.length), faces, direction: 'ltr' };
}

function assignFaces(text: string, found: Faces): { visible: string; faces: Face[] } {
  const faces: Face[] = [];
  let visible = '';
  let last: Face | undefined;
  const faceOf = (codePoint: number, character: string) =>
    last?.has(codePoint) === true && NEUTRAL.test(character) ? last : found.find(codePoint);
  for (const { segment } of graphemes.segment(text)) {
    const isKnown = faceOf(segment.codePointAt(0) ?? 0, segment) !== undefined;
    // One sign for one letter, however many code points an emoji has.
    for (const character of isKnown ? segment : '\uFFFD') {
      const face = faceOf(character.codePointAt(0) ?? 0, character);
      if (face === undefined) continue;
      visible += character;
      for (let unit = 0; unit < character.length; unit += 1) faces.push(face);
      last = face;
    }
  }
  return { visible, faces };
}

function stretchesOf({ text, levels, faces }: Paragraph, start: number, end: number): Stretch[] {
  const stretches: Stretch[] = [];
  for (let from = start; from < end;) {
    const face = faces[from];
    const level = levels[from] ?? 0;
    let to = from + 1;
    while (to < end && faces[to] === face && (levels[to] ?? 0) === level) to += 1;
    if (face !== undefined) stretches.push({ face, level, text: text.slice(from, to) });
    from = to;
  }
  return stretches;
}

/** Rule L2 of the Unicode bidirectional algorithm, over stretches of one level. */
function reorder(stretches: Stretch[]): Stretch[] {
  const line = [...stretches];
  const levels = line.map(({ level }) => level);
  for (let level = Math.max(0, ...levels); level > 0; level -= 1) {
    for (let from = 0; from < line.length; from += 1) {
      let to = from;
      while (to < line.length && (line[to]?.level ?? 0) >= level) to += 1;
      if (to > from) line.splice(from, to - from, ...line.slice(from, to).reverse());
      from = to;
    }
  }
  return line;
}

function turn(text: string, level: number): string {
  const isRightToLeft = (level & 1) === 1;
  const mirrored = isRightToLeft ? Array.from(text, (sign) => bidi.getMirroredCharacter(sign) ?? sign).join('') : text;
  if (TURNED_BY_SHAPER.test(text) === isRightToLeft) return mirrored;
  return Array.from(graphemes.segment(mirrored), ({ segment }) => segment)
    .reverse()
    .join('');
}
