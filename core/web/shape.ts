import { OptionalKind, type TSchema } from '@sinclair/typebox';

/** JSON schemas in words and pictures, for people who read the API reference. */

/** In a few words: `whole number from 1`, `one of upper, lower`, `list of text`. */
export function typeInWords(schema: TSchema): string {
  const either = alternatives(schema);
  if (either !== undefined) return either.map(typeInWords).join(' or ');
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum'])) return `one of ${(schema['enum'] as unknown[]).map(String).join(', ')}`;
  switch (String(schema['type'])) {
    case 'integer':
      return `whole number${bounds(schema)}`;
    case 'number':
      return `number${bounds(schema)}`;
    case 'string':
      return Number(schema['maxLength'] ?? LONG) < LONG ? `text, at most ${schema['maxLength']} characters` : 'text';
    case 'boolean':
      return 'true or false';
    case 'array':
      return schema['items'] === undefined ? 'list' : `list of ${typeInWords(schema['items'] as TSchema)}`;
    case 'object':
      return 'map';
    case 'null':
      return 'null';
    default:
      return 'anything';
  }
}

/** The longest text a parameter takes unless it says otherwise. */
const LONG = 65_535;

function bounds({ minimum, maximum }: TSchema): string {
  if (minimum !== undefined && Number(maximum) < Number.MAX_SAFE_INTEGER) return ` from ${minimum} to ${maximum}`;
  return minimum === undefined ? '' : ` from ${minimum}`;
}

/** As JSON with types in the place of values. */
export function shapeOf(schema: TSchema, indent = ''): string {
  const deeper = `${indent}  `;
  const either = alternatives(schema);
  if (either !== undefined) return [...new Set(either.map((one) => shapeOf(one, indent)))].join(' | ');
  if (schema['const'] !== undefined) return JSON.stringify(schema['const']);
  if (Array.isArray(schema['enum']))
    return (schema['enum'] as unknown[]).map((value) => JSON.stringify(value)).join(' | ');
  if (schema['type'] === 'array') {
    // An empty map is written as an empty list.
    if (schema['maxItems'] === 0) return '[]';
    return schema['items'] === undefined ? '[…]' : `[${shapeOf(schema['items'] as TSchema, indent)}, …]`;
  }
  if (schema['type'] !== 'object') return plainNames[String(schema['type'])] ?? 'anything';
  const fields = Object.entries((schema['properties'] ?? {}) as Record<string, TSchema>).map(
    ([name, field]) =>
      `${deeper}"${name}"${Reflect.get(field, OptionalKind) === undefined ? '' : '?'}: ${shapeOf(field, deeper)}`,
  );
  if (typeof schema['additionalProperties'] === 'object')
    fields.push(`${deeper}"…": ${shapeOf(schema['additionalProperties'] as TSchema, deeper)}`);
  else if (schema['additionalProperties'] === true || fields.length === 0) fields.push(`${deeper}…`);
  return `{\n${fields.join(',\n')}\n${indent}}`;
}

const plainNames: Readonly<Record<string, string>> = {
  integer: 'integer',
  number: 'number',
  string: 'string',
  boolean: 'true | false',
  null: 'null',
};

/** A value that the schema takes, for examples. */
export function exampleOf(schema: TSchema): unknown {
  const [first] = alternatives(schema) ?? [];
  if (first !== undefined) return exampleOf(first);
  if (Array.isArray(schema['enum'])) return (schema['enum'] as unknown[])[0];
  switch (String(schema['type'])) {
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema['minimum'] ?? 1));
    case 'boolean':
      return true;
    case 'array':
      return schema['items'] === undefined ? [] : [exampleOf(schema['items'] as TSchema)];
    case 'object':
      return {};
    default:
      return '…';
  }
}

const alternatives = ({ anyOf }: TSchema): readonly TSchema[] | undefined =>
  Array.isArray(anyOf) ? (anyOf as readonly TSchema[]) : undefined;
