import { OptionalKind, type TSchema } from '@sinclair/typebox';
import type { OpenApi, Operation } from '../http/openapi.ts';
import { requiredMessage } from '../schema.ts';
import { exampleOf, shapeOf, typeInWords } from './shape.ts';

/** The OpenAPI document as people read it: modules, their calls, and an example of each. */
export interface Reference {
  readonly modules: readonly { readonly name: string; readonly description: string; readonly calls: readonly Call[] }[];
}

interface Call {
  /** Anchor: `client-serviceapikey-reset`. */
  readonly id: string;
  readonly role: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly permission: string;
  readonly parameters: readonly Parameter[];
  readonly result: string;
  readonly example: string;
}

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** What the answer says when it is missing. */
  readonly message: string | undefined;
  readonly fallback: string | undefined;
  readonly description: string | undefined;
}

export function referenceOf({ tags, paths, servers }: OpenApi): Reference {
  const calls = Object.entries(paths);
  const baseUrl = servers[0]?.url ?? '';
  const modules = tags.map(({ name, description }) => ({
    name,
    description,
    calls: calls
      .filter(([, { post }]) => post.tags.includes(name))
      .map(([path, { post }]) => describeCall(path, post, baseUrl)),
  }));
  return { modules: modules.filter((module) => module.calls.length > 0) };
}

function describeCall(path: string, operation: Operation, baseUrl: string): Call {
  const [scheme = {}] = operation.security;
  const role = Object.keys(scheme)[0] ?? 'guest';
  const input = operation.requestBody.content['application/json'].schema;
  const [envelope] = operation.responses[200].content['application/json'].schema.anyOf;
  const output = (envelope?.['properties'] as { result?: TSchema } | undefined)?.result;
  return {
    id: path.slice('/api/'.length).replaceAll('/', '-'),
    role,
    method: path.slice(path.lastIndexOf('/') + 1),
    path,
    summary: operation.summary,
    permission: (operation['x-permission'] ?? []).join(', '),
    parameters: Object.entries(input.properties).map(([name, field]) => describeParameter(name, field)),
    result: output === undefined ? '' : shapeOf(output),
    example: curl(`${baseUrl}${path}`, role, exampleInput(input.properties)),
  };
}

function describeParameter(name: string, field: TSchema): Parameter {
  const message = requiredMessage(field);
  const fallback: unknown = field.default;
  const hasFallback = message === undefined && fallback !== undefined && !isOptional(field);
  return {
    name,
    type: typeInWords(field),
    isRequired: isNeeded(field),
    message,
    fallback: hasFallback ? JSON.stringify(fallback) : undefined,
    description: field.description,
  };
}

const isOptional = (field: TSchema): boolean => Reflect.get(field, OptionalKind) !== undefined;
const isNeeded = (field: TSchema): boolean =>
  requiredMessage(field) !== undefined || (!isOptional(field) && field.default === undefined);

/** Only what must be there: an example is to be read. */
const exampleInput = (properties: Readonly<Record<string, TSchema>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties)
      .filter(([, field]) => isNeeded(field))
      .map(([name, field]) => [name, exampleOf(field)]),
  );

function curl(url: string, role: string, input: Readonly<Record<string, unknown>>): string {
  const body = JSON.stringify(input).replaceAll("'", "'\\''");
  const account = role === 'guest' ? [] : [`-u '${role}:YOUR_API_TOKEN'`];
  return ['curl', ...account, `-H 'Content-Type: application/json'`, `-d '${body}'`, `'${url}'`].join(' \\\n  ');
}
