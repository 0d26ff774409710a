/**
 * Made of the id: the number that is printed changes its series when the invoice is paid, and what was handed out must
 * hold for life.
 */
const PREFIX = 'INV';
const DIGITS = 8;

export const referenceOf = (id: number): string => `${PREFIX}${String(id).padStart(DIGITS, '0')}`;

/** A reference in whatever case, or an id. */
export function readReference(text: string): number | undefined {
  const digits = /^(?:inv)?0*(\d{1,15})$/i.exec(text.trim())?.[1];
  return digits === undefined ? undefined : Number(digits);
}
