import { invalidInput } from '#core/error';
import type { FieldType } from './contract.ts';
import { encode } from './value.ts';

/** What a field offers to choose from, or the size of a text area. */

const CHOICES: readonly FieldType[] = ['select', 'radio', 'checkbox'];
export const isChoice = (type: FieldType): boolean => CHOICES.includes(type);

/** Texts of the contract, spaces included: programs read them undecoded. */
const THREE = '{"First option":"1", "Second option": "2", "Third option":"3"}';
const SIZE = '{"height":"100", "width": "300"}';

/** Of a new field. What is sent for a choice is ignored (spec C13). */
export function initialOptions(type: FieldType, sent: unknown): string | undefined {
  const options = checkedOptions(sent);
  if (isChoice(type)) return THREE;
  return type === 'textarea' ? SIZE : options;
}

/** Of a copy. */
export const copiedOptions = (type: FieldType, options: string | undefined): string | undefined =>
  isChoice(type) ? THREE : options;

export interface SentOptions {
  readonly options?: unknown;
  readonly labels?: readonly string[] | undefined;
  readonly values?: readonly string[] | undefined;
  readonly textareaOptions?: readonly string[] | undefined;
  readonly textareaSizes?: readonly string[] | undefined;
}

/** Of a field that is written anew; `""` is none. */
export function writtenOptions(type: FieldType, sent: SentOptions): string {
  if (isChoice(type)) return choices(type, sent.labels ?? [], sent.values ?? []);
  if (type === 'textarea' && sent.textareaOptions) return sizes(sent.textareaOptions, sent.textareaSizes ?? []);
  return checkedOptions(sent.options) ?? '';
}

/** Values that are empty are no choice. */
function choices(type: FieldType, labels: readonly string[], values: readonly string[]): string {
  const title = `${type.charAt(0).toUpperCase()}${type.slice(1)}`;
  if (!areUnique(values)) throw invalidInput('formbuilder.values', `${title} values must be unique`);
  if (!areUnique(labels)) throw invalidInput('formbuilder.labels', `${title} labels must be unique`);
  const pairs = labels.map((label, index) => [label, values[index] ?? ''] as const);
  return JSON.stringify(Object.fromEntries(pairs.filter(([, value]) => value !== '')));
}

function sizes(names: readonly string[], values: readonly string[]): string {
  if (!values.every((value) => /^\d{1,9}$/.test(value)))
    throw invalidInput('formbuilder.textarea_size', 'Textarea size options must be integer values');
  return JSON.stringify(Object.fromEntries(names.map((name, index) => [name, values[index] ?? ''])));
}

function checkedOptions(sent: unknown): string | undefined {
  if (typeof sent === 'object' && sent !== null && !areUnique(Object.values(sent).map((value) => encode(value))))
    throw invalidInput('formbuilder.options', 'This input type must have unique values');
  return encode(sent);
}

const areUnique = (values: readonly unknown[]): boolean => new Set(values).size === values.length;
