import { Type } from '@sinclair/typebox';
import { csv } from '#core/csv';
import { adminEndpoint, Done, done, file } from '#core/endpoint';
import {
  Anything, DateInput, Flag, Id, Int, listed, OneOf, OrNull, PageOf, pageRequest, Paging, required, Text,
} from '#core/schema'; // prettier-ignore
import { textOf } from '../body.ts';
import type { Batches } from '../code/batch.ts';
import type { Codes, ShownCode } from '../code/service.ts';
import { AppId, One } from './input.ts';
import * as views from './views.ts';

const NewCodes = {
  app_id: AppId,
  starts_at: Type.Optional(DateInput()),
  expires_at: Type.Optional(DateInput()),
  max_activations: Type.Optional(Int({ minimum: 0, maximum: 1_000_000 })),
  allow_deactivate: Type.Optional(Flag()),
  destination: Type.Optional(Text({ maxLength: 255 })),
  note: Type.Optional(Text({ maxLength: 2000 })),
};
interface NewCodesInput {
  readonly app_id: number;
  readonly starts_at?: Date;
  readonly expires_at?: Date;
  readonly max_activations?: number;
  readonly allow_deactivate?: boolean;
  readonly destination?: string;
  readonly note?: string;
}
const newCodes = (input: NewCodesInput) => ({
  appId: input.app_id,
  startsAt: input.starts_at,
  expiresAt: input.expires_at,
  maxActivations: input.max_activations,
  allowsDeactivate: input.allow_deactivate,
  destination: input.destination,
  note: input.note,
});

const CodeFilter = {
  app_id: Type.Optional(Id),
  order_id: Type.Optional(Id),
  client_id: Type.Optional(Id),
  status: Type.Optional(OneOf('active', 'suspended', 'revoked')),
  destination: Type.Optional(Text({ maxLength: 255 })),
  batch: Type.Optional(Text({ maxLength: 32 })),
};
interface CodeFilterInput {
  readonly app_id?: number;
  readonly order_id?: number;
  readonly client_id?: number;
  readonly status?: string;
  readonly destination?: string;
  readonly batch?: string;
}
const codeFilter = (input: CodeFilterInput) => ({
  appId: input.app_id,
  orderId: input.order_id,
  clientId: input.client_id,
  standing: input.status,
  destination: input.destination,
  batch: input.batch,
});

export const codeApi = ({ codes, batches }: { readonly codes: Codes; readonly batches: Batches }) => ({
  code_generate: adminEndpoint({
    summary: 'Make codes; answers the batch under which they are listed and exported.',
    permission: 'manage_codes',
    input: Type.Object({ ...NewCodes, quantity: Int({ minimum: 1, maximum: 1_000_000, default: 1 }) }),
    output: Type.Object({ batch: Type.String(), quantity: Type.Integer() }),
    handle: (ctx, { quantity, ...input }) => batches.generate(ctx, { ...newCodes(input), quantity }),
  }),
  code_import: adminEndpoint({
    summary: 'Take in codes that people hold already, as a list or a line each; those that are taken are left out.',
    permission: 'manage_codes',
    input: Type.Object({ ...NewCodes, codes: required('Codes are missing', Anything()) }),
    output: Type.Object({ batch: Type.String(), imported: Type.Integer(), skipped: Type.Integer() }),
    handle: (ctx, { codes: texts, ...input }) => batches.import(ctx, { ...newCodes(input), codes: linesOf(texts) }),
  }),
  code_get_list: adminEndpoint({
    summary: 'Codes, newest first.',
    permission: 'manage_codes',
    input: Type.Object({ ...Paging, ...CodeFilter, code: Type.Optional(Text({ maxLength: 64 })) }),
    output: PageOf(views.StaffCodeView),
    handle: async (ctx, { code, ...input }) =>
      listed(await codes.list(ctx, { ...codeFilter(input), code }, pageRequest(input)), views.presentStaffCode),
  }),
  code_get: adminEndpoint({
    summary: 'One code.',
    permission: 'manage_codes',
    input: One,
    output: views.StaffCodeView,
    handle: async (ctx, { id }) => views.presentStaffCode(await codes.show(ctx, id)),
  }),
  code_update: adminEndpoint({
    summary: 'Change a code; what is absent stays, null clears.',
    permission: 'manage_codes',
    input: Type.Object({
      ...One.properties,
      starts_at: Type.Optional(OrNull(DateInput())),
      expires_at: Type.Optional(OrNull(DateInput())),
      max_activations: Type.Optional(Int({ minimum: 0, maximum: 1_000_000 })),
      allow_deactivate: Type.Optional(OrNull(Flag())),
      destination: Type.Optional(Text({ maxLength: 255 })),
      status: Type.Optional(OneOf('active', 'suspended', 'revoked')),
      note: Type.Optional(Text({ maxLength: 2000 })),
    }),
    output: Done,
    handle: (ctx, { id, ...change }) =>
      done(
        codes.amend(ctx, id, {
          startsAt: change.starts_at,
          expiresAt: change.expires_at,
          maxActivations: change.max_activations,
          allowsDeactivate: change.allow_deactivate,
          destination: change.destination,
          status: change.status,
          note: change.note,
        }),
      ),
  }),
  code_revoke: adminEndpoint({
    summary: 'End a code for good.',
    permission: 'manage_codes',
    input: One,
    output: Done,
    handle: (ctx, { id }) => done(codes.amend(ctx, id, { status: 'revoked' })),
  }),
  code_export: adminEndpoint({
    summary: 'Codes as CSV, oldest first.',
    permission: 'manage_codes',
    input: Type.Object(CodeFilter),
    output: Type.Unknown(),
    handle: async (ctx, input) =>
      file('activation-codes.csv', 'text/csv', csv(EXPORTED, cellsOf(codes.exportAll(ctx, codeFilter(input))))),
  }),
});

const EXPORTED = ['code', 'app_id', 'destination', 'max_activations', 'starts_at', 'expires_at', 'status', 'batch'];
async function* cellsOf(chunks: AsyncIterable<readonly ShownCode[]>): AsyncGenerator<string[][]> {
  for await (const chunk of chunks)
    yield chunk.map((code) => [
      code.code,
      String(code.appId),
      code.destination,
      String(code.maxActivations),
      code.startsAt?.toISOString() ?? '',
      code.expiresAt?.toISOString() ?? '',
      code.standing,
      code.batch ?? '',
    ]);
}

/** A list, or a text with a code a line. */
const linesOf = (value: unknown): string[] => {
  const lines: unknown[] =
    typeof value === 'string'
      ? value.split(/\r?\n/)
      : typeof value === 'object' && value !== null
        ? Object.values(value)
        : [];
  return lines.map(textOf).filter((line) => line !== '');
};
