import type { TSchema } from '@sinclair/typebox';
import type { ProductType } from '#core/product';
import { formatLabel } from '#core/web/filters';
import type { Field } from '#modules/formbuilder/contract';

/** What an order form asks beside period and quantity, ready for its view. */

interface Question {
  readonly name: string;
  readonly label: string;
  readonly kind: 'text' | 'url' | 'number' | 'textarea' | 'select' | 'radio' | 'checkbox' | 'checkboxes' | 'hidden';
  readonly hint: string | null;
  readonly value: string;
  readonly isRequired: boolean;
  readonly isReadonly: boolean;
  readonly prefix: string | null;
  readonly suffix: string | null;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

const EVERYWHERE = ['period', 'quantity'];

/** What the type of a product lets its buyer choose. */
export function settingsOf({ config, clientKeys = [] }: ProductType): Question[] {
  return clientKeys
    .filter((key) => !EVERYWHERE.includes(key))
    .flatMap((name) => {
      const schema = config?.properties[name] as TSchema | undefined;
      if (schema === undefined) return [];
      const choices = Array.isArray(schema['enum']) ? (schema['enum'] as unknown[]).map(String) : undefined;
      return [
        {
          name,
          label: formatLabel(name),
          kind: choices === undefined ? kindOf(schema) : 'select',
          hint: schema.description ?? null,
          value: textOf(schema.default),
          isRequired: false,
          isReadonly: false,
          prefix: null,
          suffix: null,
          options: (choices ?? []).map((value) => ({ value, label: value })),
        },
      ];
    });
}

function kindOf({ type }: TSchema): Question['kind'] {
  if (type === 'boolean') return 'checkbox';
  return type === 'integer' || type === 'number' ? 'number' : 'text';
}

/** A field that staff have put into the form of a product. */
export function questionOf(field: Field): Question {
  return {
    name: field.name,
    label: field.label,
    kind: field.isHidden === true ? 'hidden' : field.type === 'checkbox' ? 'checkboxes' : field.type,
    hint: field.description ?? null,
    value: textOf(field.defaultValue),
    isRequired: field.isRequired === true,
    isReadonly: field.isReadonly === true,
    prefix: field.prefix ?? null,
    suffix: field.suffix ?? null,
    options: optionsOf(field.options),
  };
}

/** Kept as JSON: label → value, or a list of both in one. */
function optionsOf(text: string | undefined): Question['options'] {
  const options = parsed(text);
  if (typeof options !== 'object' || options === null) return [];
  return Object.entries(options).map(([label, value]) => ({
    value: textOf(value),
    label: Array.isArray(options) ? textOf(value) : label,
  }));
}

function parsed(text = ''): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
