const names = new Intl.DisplayNames('en', { type: 'currency' });

/** `US Dollar`. */
export const nameOf = (code: string): string => (isWellFormed(code) ? (names.of(code) ?? code) : code);

/** `$`. */
export function symbolOf(code: string): string {
  if (!isWellFormed(code)) return code;
  const parts = new Intl.NumberFormat('en', { style: 'currency', currency: code }).formatToParts(0);
  return parts.find(({ type }) => type === 'currency')?.value ?? code;
}

/** What Intl takes for a currency; it throws for everything else. */
export const isWellFormed = (code: string): boolean => /^[A-Z]{3}$/.test(code);
