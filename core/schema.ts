import { OptionalKind, Type, type Static, type TObject, type TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import type { Page, PageRequest } from './db/paginate.ts';
import { AppError, invalidInput, type FieldErrors } from './error.ts';
import { Upload } from './upload.ts';

/**
 * Wire types. Beside its JSON schema each knows how to read what callers really send: forms send text for everything,
 * and programs written for PHP send numbers for text (spec A2, A10). Symbols keep that out of the OpenAPI document.
 */
const Coerce = Symbol('coerce');
const Message = Symbol('message');
const Nullable = Symbol('nullable');
const Aliases = Symbol('aliases');

/** Turns what was sent into the wire type; `undefined` means "cannot be read as that". */
type Coercion = (value: unknown) => unknown;

const wire = <T>(schema: object, coerce: Coercion) => Type.Unsafe<T>({ ...schema, [Coerce]: coerce });

/** Thrown by a reader that can say what is wrong with a value. */
export class Misfit extends Error {}

/** A wire type of a module's own: `read` gives the value or throws a `Misfit`. */
export const fieldOf = <T>(schema: object, read: (value: unknown) => T | undefined) => wire<T>(schema, read);

/** A parameter that is also found under other names, which count when its own is absent. */
export const alsoCalled = <T extends TSchema>(schema: T, ...names: readonly string[]): T => ({
  ...schema,
  [Aliases]: names,
});

/** An identifier. What is not a whole number reads as 0, which no row has, so that the answer is "not found". */
export const Id = wire<number>({ type: 'integer', default: 0 }, (value) => {
  const id = wholeNumber(value);
  return id !== undefined && Number.isSafeInteger(id) ? id : 0; // no column holds more
});

export const Int = (options: { minimum?: number; maximum?: number; default?: number; description?: string } = {}) =>
  wire<number>({ type: 'integer', ...options }, wholeNumber);

export const Num = (options: { minimum?: number; default?: number; description?: string } = {}) =>
  wire<number>({ type: 'number', ...options }, (value) => {
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  });

/** Text of at most `maxLength` characters; numbers and booleans become text as PHP writes them. */
export const Text = (options: { maxLength?: number; default?: string; description?: string } = {}) =>
  wire<string>({ type: 'string', maxLength: 65_535, ...options }, scalarText);

export const OneOf = <T extends string>(...values: readonly T[]) =>
  wire<T>({ type: 'string', enum: values }, scalarText);

/** A boolean by its usual words; anything else is the default, or false (spec 0, "normalised bool"). */
export const Flag = (fallback = false) =>
  wire<boolean>({ type: 'boolean', default: fallback }, (value) => {
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    if (typeof value !== 'string') return fallback;
    if (/^(1|true|on|yes)$/i.test(value)) return true;
    return /^(0|false|off|no|)$/i.test(value) ? false : fallback;
  });

/** A boolean as PHP casts it: "" and "0" are false, every other text, "false" included, is true (spec 0, "truthy"). */
export const Truthy = (fallback = false) => wire<boolean>({ type: 'boolean', default: fallback }, isTruthy);

/** A map of anything; PHP writes an empty one as []. */
export const Dict = (options: { description?: string } = {}) =>
  wire<Record<string, unknown>>({ type: 'object', additionalProperties: true, ...options }, asMap);

/** A map that must be there: what is none counts as not sent. */
export const RequiredDict = (message: string, options: { description?: string } = {}) =>
  required(
    message,
    wire<Record<string, unknown>>({ type: 'object', additionalProperties: true, ...options }, (value) => {
      const map = asMap(value);
      if (map === undefined) throw invalidInput('input.required', message);
      return map;
    }),
  );

function asMap(value: unknown): object | undefined {
  if (Array.isArray(value))
    return value.length === 0 ? {} : Object.fromEntries(value.map((item, index) => [String(index), item as unknown]));
  return typeof value === 'object' && value !== null ? value : undefined;
}

/** Far below what a statement of SQLite takes as parameters. */
const MOST_ITEMS = 10_000;

export const List = <T extends TSchema>(item: T, options: { description?: string; maxItems?: number } = {}) =>
  wire<Static<T>[]>({ type: 'array', items: item, maxItems: MOST_ITEMS, ...options }, (value) => {
    const items = Array.isArray(value)
      ? value
      : typeof value === 'object' && value !== null
        ? Object.values(value)
        : undefined;
    const coerce = coercionOf(item);
    return items?.map((one: unknown) => coerce(one));
  });

/** A time as people and programs write it: `2026-01-31`, `2026-01-31 10:00[:00]`, ISO 8601. Without a zone it is the wire's. */
export const DateInput = (options: { description?: string } = {}) =>
  wire<Date>({ ...options }, (value) => (typeof value === 'string' ? parseDate(value) : undefined));

export function parseDate(text: string): Date | undefined {
  const parts = /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2}))?)?\s*$/.exec(text);
  if (parts === null) {
    const time = /^\s*\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:?\d{2})\s*$/.test(text) ? new Date(text.trim()) : undefined;
    return time === undefined || Number.isNaN(time.getTime()) ? undefined : time;
  }
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1)
    .map((part) => Number(part ?? 0));
  // The process runs in the wire's zone (TZ_NAME), so local time is its time.
  const date = new Date(year, month - 1, day, hour, minute, second);
  return date.getMonth() === month - 1 && date.getDate() === day && hour < 24 && minute < 60 && second < 60
    ? date
    : undefined;
}

/** A field with its words for the form that staff fill in; `secret` ones are sealed and never shown again. */
export const titled = <T extends TSchema>(title: string, schema: T, isSecret = false): T => ({
  ...schema,
  title,
  ...(isSecret && { secret: true }),
});

/** Anything, as it was sent. */
export const Anything = (options: { description?: string } = {}) => wire<unknown>({ ...options }, (value) => value);

/** A file that came as `multipart/form-data`, at an endpoint that takes files; null when none did. */
export const FileInput = Type.Unsafe<Upload | null>({
  default: null,
  description: 'A file, sent as multipart/form-data.',
  [Coerce]: (value: unknown) => (value instanceof Upload ? value : null),
  [Nullable]: true,
});

/** Also takes null, which is otherwise the same as absent. */
export const OrNull = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T> | null>({
    anyOf: [{ ...schema }, { type: 'null' }],
    ...(schema.default === undefined ? {} : { default: schema.default as unknown }),
    [Coerce]: coercionOf(schema),
    [Nullable]: true,
  });

/** A parameter that must be there and not blank; `message` is the contract's text when it is not (spec A10). */
export const required = <T extends TSchema>(message: string, schema: T): T => ({ ...schema, [Message]: message });

/** The text of `required`, for the documentation. */
export const requiredMessage = (schema: TSchema): string | undefined =>
  Reflect.get(schema, Message) as string | undefined;

/** A time on the wire. Dialects write it in their own format and zone. */
export const DateTime = Type.Unsafe<Date>({ type: 'string', description: 'YYYY-MM-DD HH:MM:SS' });
/** What comes out: a value or null. */
export const Or = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Static<T> | null>({ anyOf: [schema, { type: 'null' }] });
/** A map that comes out; an empty one is written as [] (spec A3). */
export const MapOf = <T extends TSchema>(value: T) =>
  Type.Unsafe<Record<string, Static<T>>>({
    anyOf: [
      { type: 'object', additionalProperties: value },
      { type: 'array', maxItems: 0 },
    ],
  });

/** Parameters of a list call (spec A11). */
export const Paging = {
  page: pageNumber(1, 'Page number (page) must be a positive integer.'),
  per_page: pageNumber(100, 'The number of items per page (per_page) must be a positive integer.', 500),
};

export const PageOf = <T extends TSchema>(row: T) =>
  Type.Object({
    pages: Type.Integer(),
    page: Type.Integer(),
    per_page: Type.Integer(),
    total: Type.Integer(),
    list: Type.Array(row),
  });

/** The wire's page of a repository's page (spec A11). */
export const listed = <T, V>({ page, perPage, total, items }: Page<T>, present: (item: T) => V) => ({
  pages: Math.ceil(total / perPage),
  page,
  per_page: perPage,
  total,
  list: items.map(present),
});

export const pageRequest = ({ page, per_page }: { page: number; per_page: number }): PageRequest => ({
  page,
  perPage: per_page,
});

function pageNumber(fallback: number, tooSmall: string, maximum = Number.MAX_SAFE_INTEGER) {
  return wire<number>({ type: 'integer', minimum: 1, maximum, default: fallback }, (value) => {
    const number = wholeNumber(value) ?? fallback;
    if (number < 1) throw invalidInput('paging', tooSmall);
    if (number > maximum)
      throw invalidInput(
        'paging',
        'The number of items per page (per_page) is too large. Please specify a smaller number.',
      );
    return number;
  });
}

/** A compiled input: `require` runs before the permission is checked, `read` after it (spec A1, A10). */
export interface InputReader<T> {
  require(sent: Sent): void;
  read(sent: Sent): T;
}

export type Sent = Readonly<Record<string, unknown>>;

/** Defaults are filled in by `read`, which knows that an optional field stays absent. */
const ajv = new Ajv({ strict: false });
formats.default(ajv);

/** Unknown fields are dropped, unless the schema keeps them with `additionalProperties: true`. */
export function compileInput<S extends TObject>(schema: S): InputReader<Static<S>> {
  const fields = Object.entries(schema.properties).map(([name, field]) => ({
    name,
    coerce: coercionOf(field),
    message: Reflect.get(field, Message) as string | undefined,
    isNullable: Reflect.get(field, Nullable) === true,
    names: [name, ...((Reflect.get(field, Aliases) as readonly string[] | undefined) ?? [])],
    isOptional: Reflect.get(field, OptionalKind) !== undefined,
    fallback: field.default as unknown,
  }));
  const keepsRest = schema.additionalProperties === true;
  let compiled: ValidateFunction<Static<S>> | undefined;
  return {
    require(sent) {
      for (const { name, message } of fields) {
        if (message !== undefined && isBlank(sent[name])) throw invalidInput('input.required', message);
      }
    },
    read(sent) {
      const input: Record<string, unknown> = keepsRest ? { ...sent } : {};
      const wrong: Record<string, string[]> = {};
      for (const { name, names, coerce, isNullable, isOptional, fallback } of fields) {
        const value = valueOf(sent, names);
        if (value === null && isNullable) input[name] = null;
        else if (value !== undefined && value !== null) input[name] = attempted(coerce, value, name, wrong);
        else if (fallback !== undefined && !isOptional) input[name] = fallback;
        if (input[name] === undefined || (input[name] === null && !isNullable)) delete input[name];
      }
      const [first] = Object.values(wrong);
      for (const { name, isOptional } of fields) if (!isOptional && !(name in input)) wrong[name] ??= [notPassed(name)];
      if (first !== undefined) throw unfit(first, wrong);
      compiled ??= ajv.compile<Static<S>>(schema); // when first called: an engine has hundreds and starts often
      if (!compiled(input)) throw refusal(compiled, wrong);
      return input;
    },
  };
}

/** For configuration, payloads and tests: validates without reading anything into it. */
export function compileCheck<S extends TSchema>(schema: S): (value: unknown) => string | undefined {
  let compiled: ValidateFunction | undefined;
  return (value) => {
    compiled ??= ajv.compile(schema);
    return compiled(value) ? undefined : ajv.errorsText(compiled.errors);
  };
}

/** The schema's first complaint, beside the parameters that are missing. */
function refusal({ errors }: ValidateFunction, wrong: Record<string, string[]>): AppError {
  const error: Partial<ErrorObject> = errors?.[0] ?? {};
  const missing: unknown = error.params?.['missingProperty'];
  const name = typeof missing === 'string' ? missing : (error.instancePath ?? '').slice(1).replaceAll('/', '.');
  const said = missing ? notPassed(name) : `Parameter "${name}" ${error.message ?? 'is invalid'}.`;
  return unfit([said], { ...wrong, [name]: [said] });
}

const unfit = ([message = '']: readonly string[], fields: FieldErrors): AppError =>
  new AppError('invalid_input', 'input.invalid', message, { fields });

const notPassed = (name: string): string => `Parameter "${name}" was not passed.`;

/** Under the first of its names that has one. */
function valueOf(sent: Sent, names: readonly string[]): unknown {
  let value: unknown;
  for (const name of names) {
    const found = Object.hasOwn(sent, name) ? sent[name] : undefined;
    if (found !== undefined && found !== null) return found;
    if (found === null) value = null;
  }
  return value;
}

/** What the reader makes of it; what it cannot read is noted. */
function attempted(coerce: Coercion, value: unknown, name: string, wrong: Record<string, string[]>): unknown {
  try {
    const read = coerce(value);
    if (read === undefined) wrong[name] = [`Parameter "${name}" is invalid.`];
    return read;
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    wrong[name] = [error.message];
    return undefined;
  }
}

/** Absent, blank, or empty and not numeric. 0 and "0" are there (spec A10). */
function isBlank(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return true;
  if (typeof value === 'string') return value.trim() === '';
  return typeof value === 'object' && Object.keys(value).length === 0;
}

const coercionOf = (schema: TSchema): Coercion =>
  (Reflect.get(schema, Coerce) as Coercion | undefined) ?? ((value) => value);

function wholeNumber(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof number === 'boolean') return Number(number);
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined;
}

function scalarText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return typeof value === 'boolean' ? (value ? '1' : '') : undefined;
}

export function isTruthy(value: unknown): boolean {
  if (value === '0' || value === '') return false;
  return Array.isArray(value) ? value.length > 0 : Boolean(value);
}
