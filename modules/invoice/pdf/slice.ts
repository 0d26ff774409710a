import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { create } from 'fontkit';
import { LRUCache } from 'lru-cache';
import subsetFont from 'subset-font';

/**
 * The fonts come cut into slices of a few hundred characters, each a small file for all weights. So a Chinese name
 * costs the slices with its characters and not a font of 10 MB.
 */
export interface Slice {
  readonly name: string;
  readonly file: Buffer;
  has(codePoint: number): boolean;
}

export type Weight = 400 | 700;

interface Cut {
  readonly key: string;
  readonly ranges: readonly (readonly [first: number, last: number])[];
}

const require = createRequire(import.meta.url);

/** Files never change while the process runs: read once, kept for all documents, the least used of them dropped. */
const cuts = new Map<string, Promise<readonly Cut[]>>();
const slices = new LRUCache<string, Promise<Slice>>({ max: 200 });

/** The slice of the font that has the character; undefined when none has. */
export async function findSlice(family: string, codePoint: number, weight: Weight): Promise<Slice | undefined> {
  for (const cut of await cutsOf(family)) {
    if (!cut.ranges.some(([first, last]) => codePoint >= first && codePoint <= last)) continue;
    // The ranges tell where a browser looks, not what is there.
    const slice = await sliceOf(family, cut.key, weight);
    if (slice.has(codePoint)) return slice;
  }
  return undefined;
}

function cutsOf(family: string): Promise<readonly Cut[]> {
  const known = cuts.get(family) ?? readCuts(family);
  cuts.set(family, known);
  return known;
}

async function readCuts(family: string): Promise<readonly Cut[]> {
  const text = await readFile(require.resolve(`@fontsource-variable/${family}/unicode.json`), 'utf8');
  const ranges = JSON.parse(text) as Record<string, string>;
  // The last ones are the common ones, and accents are in several: best taken from where the letters are.
  return Object.entries(ranges)
    .reverse()
    .map(([key, list]) => ({ key: key.replace(/[[\]]/g, ''), ranges: list.split(',').map(rangeOf) }));
}

function rangeOf(text: string): readonly [number, number] {
  const [first = '', last = first] = text.slice('U+'.length).split('-');
  return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
}

function sliceOf(family: string, key: string, weight: Weight): Promise<Slice> {
  const name = `${family}-${key}-${weight}`;
  const known = slices.get(name);
  if (known !== undefined) return known;
  const slice = readSlice(
    name,
    require.resolve(`@fontsource-variable/${family}/files/${family}-${key}-wght-normal.woff2`),
    weight,
  );
  slices.set(name, slice);
  slice.catch(() => slices.delete(name));
  return slice;
}

/** PDF knows no variable fonts, so the slice is made static in one weight. */
async function readSlice(name: string, path: string, weight: Weight): Promise<Slice> {
  const file = await subsetFont(await readFile(path), undefined, {
    targetFormat: 'sfnt',
    variationAxes: { wght: weight },
    keepAllGlyphs: true,
  });
  const font = create(file);
  if (!('characterSet' in font)) throw new Error(`${path} holds more than one font`);
  const covered = new Set(font.characterSet);
  return { name, file, has: (codePoint) => covered.has(codePoint) };
}
