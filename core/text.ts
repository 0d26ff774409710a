/** Half a surrogate pair, which JavaScript lets stand alone, is text that nothing else can read or encode. */
export const wellFormed = (text: string): string => text.replaceAll(/\p{Surrogate}/gu, '\ufffd');

/** Its first characters; never half of one, as a slice may give. */
export const shortened = (text: string, most: number): string => [...text].slice(0, most).join('');
