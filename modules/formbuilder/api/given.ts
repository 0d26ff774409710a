import { Type } from '@sinclair/typebox';
import { invalidInput } from '#core/error';
import { Id } from '#core/schema';

/**
 * Some ids are missed with a number of their own, and only after the permission is checked: the contract looks for them
 * where others look for the row (spec C13).
 */
export const SentId = Type.Optional(Id);

const MISSING = {
  get_form: 'Form id was not passed',
  get_form_fields: 'Form id was not passed',
  get_field: 'Field id was not passed',
  delete_form: 'Form id was not passed',
  delete_field: 'Field id was not passed',
  update_field: 'Field id was not passed',
} as const;

export function given(call: keyof typeof MISSING, id: number | undefined): number {
  if (id === undefined) throw invalidInput(`formbuilder.${call}`, MISSING[call]);
  return id;
}

/** The numbers of those. */
export const missingNumbers: Readonly<Record<`formbuilder.${keyof typeof MISSING}`, number>> = {
  'formbuilder.get_form': 2391,
  'formbuilder.get_form_fields': 1822,
  'formbuilder.get_field': 3547,
  'formbuilder.delete_form': 9958,
  'formbuilder.delete_field': 9959,
  'formbuilder.update_field': 9958,
};
