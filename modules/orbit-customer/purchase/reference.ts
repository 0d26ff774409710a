/** `ORD-00002S`: the id in base 36, so nothing has to be kept. */
const PREFIX = 'ORD-';
const LENGTH = 6;

export const orderReference = (id: number): string => `${PREFIX}${id.toString(36).toUpperCase().padStart(LENGTH, '0')}`;

export function readOrderReference(text: string): number | undefined {
  const digits = /^ord-([0-9a-z]{6,10})$/i.exec(text.trim())?.[1];
  const id = digits === undefined ? NaN : parseInt(digits, 36);
  return Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
