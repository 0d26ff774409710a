import { Type, type Static } from '@sinclair/typebox';
import { adminEndpoint, done, Done } from '#core/endpoint';
import { Id, MapOf, Text, Truthy, required } from '#core/schema';
import { fromLines } from '../judge.ts';
import type { Amendment, Licenses } from '../service.ts';

const OrderId = required('Order ID is required', Id);
const Lines = Type.Optional(Text({ description: 'A value a line; replaces the list.' }));
const Switch = Type.Optional(Truthy());

const UpdateInput = Type.Object({
  order_id: OrderId,
  plugin: Type.Optional(Text({ maxLength: 255 })),
  license_key: Type.Optional(Text({ maxLength: 1024, description: 'Empty: unchanged.' })),
  validate_ip: Switch,
  validate_host: Switch,
  validate_path: Switch,
  validate_version: Switch,
  ips: Lines,
  hosts: Lines,
  paths: Lines,
  versions: Lines,
});

export const adminApi = (licenses: Licenses) => ({
  plugin_get_pairs: adminEndpoint({
    summary: 'What can make license keys.',
    permission: 'manage',
    input: Type.Object({}),
    output: MapOf(Type.String()),
    handle: async () => Object.fromEntries(licenses.pluginNames().map((name) => [name, name])),
  }),

  update: adminEndpoint({
    summary: 'Change the license of an order.',
    permission: 'manage',
    input: UpdateInput,
    output: Done,
    handle: (ctx, input) => done(licenses.amend(ctx, input.order_id, amendment(input))),
  }),

  reset: adminEndpoint({
    summary: 'Let a license be used elsewhere; its key stays.',
    permission: 'manage',
    input: Type.Object({ order_id: OrderId }),
    output: Done,
    handle: (ctx, { order_id }) => done(licenses.reset(ctx, order_id)),
  }),
});

const amendment = (input: Static<typeof UpdateInput>): Amendment => ({
  plugin: input.plugin || undefined,
  key: input.license_key?.trim() || undefined,
  strict: sent({
    ip: input.validate_ip,
    host: input.validate_host,
    path: input.validate_path,
    version: input.validate_version,
  }),
  lists: sent({
    ip: linesOf(input.ips),
    host: linesOf(input.hosts),
    path: linesOf(input.paths),
    version: linesOf(input.versions),
  }),
});

const linesOf = (text: string | undefined): string[] | undefined => (text === undefined ? undefined : fromLines(text));

/** Without what was not sent. */
const sent = <T extends object>(members: T): { [K in keyof T]?: NonNullable<T[K]> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
