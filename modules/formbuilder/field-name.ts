import { invalidInput } from '#core/error';

/** Letters and digits in lower case, `_` for all else, accents left out (spec C13). */
export function fieldNameOf(text: string): string {
  if (/^\d/.test(text)) throw startsWithNumber();
  const name = text
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replace(/[^a-z0-9_]/g, '')
    .slice(0, 255);
  if (name.replaceAll('_', '') === '')
    throw invalidInput(
      'formbuilder.name_empty',
      'Field name cannot be empty. Please make sure it is not empty and does not contain special characters.',
    );
  if (/^\d/.test(name)) throw startsWithNumber();
  return name;
}

const startsWithNumber = () => invalidInput('formbuilder.name_number', 'Field name cannot start with number.');
