declare module 'linebreak' {
  /** Where a line may be broken (UAX #14). */
  export default class LineBreaker {
    constructor(text: string);
    nextBreak(): { readonly position: number; readonly required: boolean } | null;
  }
}

declare module 'subset-font' {
  interface Options {
    readonly targetFormat: 'sfnt';
    readonly variationAxes: Readonly<Record<string, number>>;
    readonly keepAllGlyphs: true;
  }

  export default function subsetFont(font: Buffer, text: undefined, options: Options): Promise<Buffer>;
}

/** It has types, which tell of another default export than there is. */
declare module 'bidi-js' {
  export interface EmbeddingLevels {
    readonly levels: Uint8Array;
    readonly paragraphs: readonly { readonly level: number }[];
  }

  export default function bidiFactory(): {
    getEmbeddingLevels(text: string, direction: 'auto'): EmbeddingLevels;
    getMirroredCharacter(character: string): string | null;
  };
}
