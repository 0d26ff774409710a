import { Type, type TObject, type TSchema } from '@sinclair/typebox';
import type { LoadedModule } from '../boot.ts';
import type { Endpoint, Role } from '../endpoint.ts';
import { apiNameOf } from './api.ts';
import type { Dialect } from './dialect.ts';

/** The document of what is active now, made of the schemas that validate and type each call. */
export function describeApi(
  modules: readonly LoadedModule[],
  dialect: Dialect,
  baseUrl: string,
  version: string,
): OpenApi {
  const paths: Record<string, { post: Operation }> = {};
  for (const { module, contributions } of modules) {
    for (const role of ['guest', 'client', 'admin'] as const) {
      for (const [method, endpoint] of Object.entries(contributions.api?.[role] ?? {}))
        paths[`/api/${role}/${apiNameOf({ module, contributions })}/${method}`] = {
          post: operation(role, module.name, method, endpoint, dialect),
        };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Tollkeeper',
      version,
      description:
        'Every call may be made with GET or POST, with JSON or a form as its body. Errors of business answer 200 with `error.code`.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: baseUrl.replace(/\/$/, '') }],
    tags: modules.map(({ module }) => ({ name: module.name, description: module.description ?? module.title })),
    paths,
    components: {
      securitySchemes: {
        client: { type: 'http', scheme: 'basic', description: 'User name `client`, password the API token.' },
        admin: { type: 'http', scheme: 'basic', description: 'User name `admin`, password the API token.' },
      },
      schemas: { Failure: FAILURE },
    },
  };
}

export interface OpenApi {
  readonly openapi: string;
  readonly info: object;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: object;
}

export interface Operation {
  readonly tags: readonly string[];
  readonly operationId: string;
  readonly summary: string;
  /** Empty for guests; else one scheme, named after the role. */
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly 'x-permission'?: readonly string[];
  readonly requestBody: {
    readonly required: boolean;
    readonly content: { readonly 'application/json': { readonly schema: TObject } };
  };
  readonly responses: Readonly<Record<number, object>> & {
    readonly 200: {
      readonly description: string;
      readonly content: { readonly 'application/json': { readonly schema: { readonly anyOf: readonly TSchema[] } } };
    };
  };
}

const FAILURE = {
  type: 'object',
  required: ['result', 'error'],
  properties: {
    result: { type: 'null' },
    error: {
      type: 'object',
      required: ['message', 'code'],
      properties: { message: { type: 'string' }, code: { type: 'integer' } },
    },
  },
} as const;

function operation(role: Role, module: string, method: string, endpoint: Endpoint, dialect: Dialect): Operation {
  return {
    tags: [module],
    operationId: `${role}_${module}_${method}`,
    summary: endpoint.summary,
    security: role === 'guest' ? [] : [{ [role]: [] }],
    ...(endpoint.permission.length > 0 && { 'x-permission': endpoint.permission }),
    requestBody: {
      required: Object.keys(endpoint.input.properties).length > 0,
      content: { 'application/json': { schema: endpoint.input } },
    },
    responses: {
      200: {
        description: 'The result, or an error of business.',
        content: {
          'application/json': {
            schema: { anyOf: [dialect.envelope(endpoint.output), Type.Ref('#/components/schemas/Failure')] },
          },
        },
      },
      ...(role !== 'guest' && { 401: failure('Not signed in.'), 403: failure('Not allowed.') }),
      429: failure('Too many calls; see Retry-After.'),
    },
  };
}

const failure = (description: string): object => ({
  description,
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Failure' } } },
});
