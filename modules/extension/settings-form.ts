import { OptionalKind, type TObject, type TSchema } from '@sinclair/typebox';
import { AppError, type FieldErrors } from '#core/error';
import { compileInput, isTruthy, type Sent } from '#core/schema';

/** One field of the form that a settings schema makes. */
export interface SettingField {
  /** As the form sends it: `public[reset_pw]`. */
  readonly name: string;
  readonly key: string;
  readonly title: string | null;
  readonly hint: string | null;
  readonly kind: 'checkbox' | 'number' | 'select' | 'textarea' | 'password' | 'text';
  /** Never that of a secret. */
  readonly value: string | boolean;
  /** Of a secret: whether there is one. */
  readonly isKept: boolean;
  readonly options: readonly string[];
}

/** What must not be shown again, though its schema does not say so. */
const SECRET = /password|secret|private|token|hash|dsn|(?<!site_|public)key$/i;
/** Texts of several lines say so in their description. */
const LINES = /\b(a line|PEM)\b/i;

export function fieldsOf(schema: TObject, stored: Sent, within = ''): SettingField[] {
  return Object.entries(schema.properties).flatMap(([key, field]) => {
    const name = within === '' ? key : `${within}[${key}]`;
    const value = stored[key] ?? (field.default as unknown);
    if (isGroup(field)) return fieldsOf(field, recordOf(value), name);
    const kind = kindOf(key, field);
    if (kind === undefined) return [];
    const shown = kind === 'checkbox' ? isTruthy(value ?? false) : kind === 'password' ? '' : textOf(value);
    return [
      {
        name,
        key,
        kind,
        title: typeof field.title === 'string' ? field.title : null,
        hint: typeof field.description === 'string' ? field.description : null,
        value: shown,
        isKept: kind === 'password' && textOf(value) !== '',
        options: (field['enum'] as readonly string[] | undefined) ?? [],
      },
    ];
  });
}

/** What the form sent as it is kept: what it has no field for stays, and so does a secret that was left empty. */
export function readForm(schema: TObject, sent: Sent, stored: Sent, within = ''): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  const groups: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(schema.properties)) {
    const value = sent[key];
    if (isGroup(field)) groups[key] = readForm(field, recordOf(value), recordOf(stored[key]), key);
    else if (kindOf(key, field) === undefined) continue;
    else if (kindOf(key, field) === 'password' && (value === undefined || value === '')) given[key] = stored[key] ?? '';
    else if (value !== '' || field['type'] === 'string') given[key] = value;
  }
  return { ...stored, ...readFlat(schema, given, within), ...groups };
}

function readFlat(schema: TObject, given: Sent, within: string): object {
  const flat = Object.fromEntries(Object.keys(given).flatMap((key) => {
    const field = schema.properties[key];
    return field === undefined ? [] : [[key, field]];
  })); // prettier-ignore
  try {
    return compileInput({ ...schema, properties: flat, required: requiredOf(flat) } as TObject).read(given) as object;
  } catch (error) {
    throw within === '' ? error : renamed(error, within);
  }
}

const requiredOf = (fields: Readonly<Record<string, TSchema>>): string[] =>
  Object.entries(fields).flatMap(([key, field]) => (Reflect.get(field, OptionalKind) === undefined ? [key] : []));

/** A mistake is told beside the field, whose name has its group. */
function renamed(error: unknown, within: string): unknown {
  if (!(error instanceof AppError) || error.fields === undefined) return error;
  const fields: FieldErrors = Object.fromEntries(
    Object.entries(error.fields).map(([key, told]) => [`${within}[${key}]`, told]),
  );
  return new AppError(error.kind, error.code, error.message, { fields });
}

function kindOf(key: string, field: TSchema): SettingField['kind'] | undefined {
  if (Array.isArray(field['enum'])) return 'select';
  switch (field['type'] as unknown) {
    case 'boolean':
      return 'checkbox';
    case 'integer':
      return 'number';
    case 'number':
      return 'text';
    case 'string':
      if (field['secret'] === true || SECRET.test(key)) return 'password';
      return LINES.test(String(field.description ?? '')) ? 'textarea' : 'text';
    default:
      return undefined;
  }
}

const isGroup = (field: TSchema): field is TObject =>
  field['type'] === 'object' && typeof field['properties'] === 'object';

const recordOf = (value: unknown): Sent =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Sent) : {};

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : Array.isArray(value) ? value.join('\n') : '';
