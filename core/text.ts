/** Half a surrogate pair, which JavaScript lets stand alone, is text that nothing else can read or encode. */
export const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '\ufffd');
