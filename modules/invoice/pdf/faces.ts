import { create } from 'fontkit';
import type { Font } from 'fontkit';
import { findSlice } from './slice.ts';
import type { Slice, Weight } from './slice.ts';

export type { Weight };

/** A slice within one document. */
export interface Face {
  readonly name: string;
  /** Remembers each glyph with the first text it stood for, so no two documents share one. */
  readonly font: Font;
  has(codePoint: number): boolean;
  /** The width of the text, in parts of the font size. */
  widthOf(text: string): number;
}

export interface Faces {
  find(codePoint: number): Face | undefined;
}

/** The fonts of one document. The files a text needs are read at its first use. */
export interface FontShelf {
  facesFor(text: string, weight: Weight): Promise<Faces>;
}

/** Of two Arabic fonts the first is the one whose glyphs are whole letters, so that a copy of the text is readable. */
const EVERYDAY = ['noto-sans', 'vazirmatn', 'noto-sans-arabic', 'noto-sans-hebrew', 'noto-sans-thai'];

/** The same characters have other shapes in each of these places. */
const HAN = {
  china: ['noto-sans-sc', 'noto-sans-tc', 'noto-sans-jp', 'noto-sans-kr'],
  taiwan: ['noto-sans-tc', 'noto-sans-sc', 'noto-sans-jp', 'noto-sans-kr'],
  japan: ['noto-sans-jp', 'noto-sans-sc', 'noto-sans-tc', 'noto-sans-kr'],
  korea: ['noto-sans-kr', 'noto-sans-jp', 'noto-sans-sc', 'noto-sans-tc'],
} as const;

/** Words come again and again in a document; a hostile one may not fill the memory with them. */
const WIDTHS_KEPT = 5000;
/** With the space that follows, as the PDF library takes them. */
const WORDS = /[^ ]* |[^ ]+/g;

export function createFontShelf(language: string): FontShelf {
  const faces = new Map<string, Face>();
  const found = new Map<string, Map<number, Face | undefined>>();

  function faceOf(slice: Slice): Face {
    const face = faces.get(slice.name) ?? createFace(slice);
    faces.set(slice.name, face);
    return face;
  }

  return {
    async facesFor(text, weight) {
      const shapes = shapesOf(text, language);
      const key = `${shapes}-${weight}`;
      const known = found.get(key) ?? new Map<number, Face | undefined>();
      found.set(key, known);
      for (const character of `${text}…\uFFFD`) {
        const codePoint = character.codePointAt(0) ?? 0;
        if (known.has(codePoint)) continue;
        const slice = await searchIn([...EVERYDAY, ...HAN[shapes]], codePoint, weight);
        known.set(codePoint, slice && faceOf(slice));
      }
      return { find: (codePoint) => known.get(codePoint) };
    },
  };
}

async function searchIn(families: readonly string[], codePoint: number, weight: Weight): Promise<Slice | undefined> {
  for (const family of families) {
    const slice = await findSlice(family, codePoint, weight);
    if (slice !== undefined) return slice;
  }
  return undefined;
}

function createFace(slice: Slice): Face {
  const font = create(slice.file);
  if (!('layout' in font)) throw new Error(`${slice.name} holds more than one font`);
  const widths = new Map<string, number>();

  const measure = (word: string): number => {
    const known = widths.get(word);
    if (known !== undefined) return known;
    const width = font.layout(word).advanceWidth / font.unitsPerEm;
    if (widths.size >= WIDTHS_KEPT) widths.clear();
    widths.set(word, width);
    return width;
  };

  return {
    name: slice.name,
    font,
    has: slice.has,
    widthOf: (text) => (text.match(WORDS) ?? []).reduce((width, word) => width + measure(word), 0),
  };
}

/** Kana and Hangul tell where a text is from; Chinese characters alone are shaped as the document's language does. */
function shapesOf(text: string, language: string): keyof typeof HAN {
  if (/[\p{sc=Hiragana}\p{sc=Katakana}]/u.test(text)) return 'japan';
  if (/\p{sc=Hangul}/u.test(text)) return 'korea';
  if (/^ja\b/i.test(language)) return 'japan';
  if (/^ko\b/i.test(language)) return 'korea';
  return /^zh[-_](hant|tw|hk|mo)/i.test(language) ? 'taiwan' : 'china';
}
