import { wrongField } from '../failure.ts';

/** Columns of a name. */
const MOST = 100;

/** The first word, and the rest. */
export function nameParts(name: string): { readonly firstName: string; readonly lastName: string } {
  const [, firstName = '', lastName = ''] = /^(\S+)\s*(.*)$/s.exec(name.trim()) ?? [];
  if (firstName.length > MOST || lastName.length > MOST)
    throw wrongField('name', `The first word and the rest of a name have at most ${MOST} characters each.`);
  return { firstName, lastName };
}

export const fullName = (firstName: string | undefined, lastName: string | undefined): string =>
  `${firstName ?? ''} ${lastName ?? ''}`.trim();
