const LINE_ENDS = /\r\n?|[\v\f\u0085\u2028\u2029]/g;
/** Controls, marks that change the reading direction, and characters that only tell how others look. */
const INVISIBLE =
  /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]|(?!\n)\p{Cc}/gu;
/** The vowel is a ring and a letter, and a tone mark belongs above the ring: the shaper leaves this to us. */
const THAI_AM = /([\u0e48-\u0e4b]?)\u0e33/g;

/** What a person can read of the text: nothing in it may hide, reorder or overwrite what is printed. */
export function plain(text: string): string {
  return text
    .replace(LINE_ENDS, '\n')
    .replace(/\t/g, ' ')
    .replace(INVISIBLE, '')
    .replace(/\p{Cs}/gu, '\uFFFD')
    .normalize('NFC')
    .replace(THAI_AM, '\u0e4d$1\u0e32');
}
