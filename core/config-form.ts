import type { TObject, TSchema } from '@sinclair/typebox';
import type { Settings } from './product.ts';
import { formatLabel } from './web/filters.ts';

/** A configuration as a form that staff fill in, drawn from its schema. */

/** As the partial `question` takes it. */
export interface Question {
  /** Of the member. */
  readonly key: string;
  /** Of the input: `config[key]`. */
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'number' | 'textarea' | 'select' | 'checkbox' | 'password';
  readonly hint: string | null;
  /** Empty for a secret, whatever it is. */
  readonly value: string;
  readonly isSet: boolean;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

export function questionsOf(schema: TObject | undefined, values: Settings): Question[] {
  return Object.entries(schema?.properties ?? {}).map(([key, field]) => {
    const { title, description } = field;
    const kind = kindOf(field);
    const choices = kind === 'select' ? (field['enum'] as unknown[]).map(String) : [];
    const present = values[key] ?? field.default;
    return {
      key,
      name: `config[${key}]`,
      label: title ?? formatLabel(key),
      kind,
      hint: description ?? null,
      value: kind === 'password' ? '' : textOf(present),
      isSet: textOf(values[key]) !== '',
      options: choices.map((value) => ({ value, label: value })),
    };
  });
}

/**
 * What such a form says. A box that is not ticked is not sent; a number that is left empty is the default, and a secret
 * is left out, for who keeps it.
 */
export function answersOf(schema: TObject | undefined, sent: Settings): Settings {
  const answers: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema?.properties ?? {})) {
    const kind = kindOf(field);
    const isEmpty = textOf(sent[key]) === '';
    if (kind === 'checkbox') answers[key] = isEmpty ? '0' : '1';
    else if (!isEmpty || kind === 'text' || kind === 'textarea') answers[key] = sent[key] ?? '';
  }
  return answers;
}

function kindOf(schema: TSchema): Question['kind'] {
  if (schema['secret'] === true) return 'password';
  if (Array.isArray(schema['enum'])) return 'select';
  if (schema['type'] === 'boolean') return 'checkbox';
  if (schema['widget'] === 'textarea') return 'textarea';
  return schema['type'] === 'integer' || schema['type'] === 'number' ? 'number' : 'text';
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
