import { Type } from '@sinclair/typebox';
import { csv } from '#core/csv';
import { adminEndpoint, Done, done, file } from '#core/endpoint';
import {
  Anything, DateInput, Flag, Id, Int, listed, OneOf, Or, OrNull, PageOf, pageRequest, Paging, required, Text,
} from '#core/schema'; // prettier-ignore
import type { Activations } from '../activation/service.ts';
import type { Apps } from '../app/service.ts';
import { SettingChanges } from '../app/settings.ts';
import { textOf } from '../body.ts';
import type { Callbacks } from '../callback/service.ts';
import type { Codes, ShownCode } from '../code/service.ts';
import type { Donations } from '../donation/service.ts';
import type { Orders } from '../order/service.ts';
import type { Releases } from '../release/service.ts';
import type { PayInSandbox } from '../sandbox.ts';
import * as views from './views.ts';

interface Needs {
  readonly apps: Apps;
  readonly codes: Codes;
  readonly activations: Activations;
  readonly releases: Releases;
  readonly donations: Donations;
  readonly orders: Orders;
  readonly callbacks: Callbacks;
  readonly payInSandbox: PayInSandbox;
}

const AppId = required('app_id is missing', Id);
const OneApp = Type.Object({ app_id: AppId });
const One = Type.Object({ id: required('ID is missing', Id) });

const AppFields = {
  name: Type.Optional(Text({ maxLength: 255 })),
  product_id: Type.Optional(OrNull(Id)),
  enabled: Type.Optional(Flag(true)),
  ...SettingChanges,
};

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

const ReleaseFields = {
  build_version: Type.Optional(Int({ minimum: 0, maximum: 2_147_483_647 })),
  version_code: Type.Optional(Text({ maxLength: 255 })),
  download_size: Type.Optional(Int({ minimum: 0 })),
  download_url: Type.Optional(Text({ maxLength: 1000 })),
  update_description: Type.Optional(Text({ maxLength: 20_000 })),
  published: Type.Optional(Flag()),
};

/** What staff do, as `admin/extstars/…` (spec 8.3). */
export function adminApi(needs: Needs) {
  return { ...appApi(needs), ...codeApi(needs), ...activationApi(needs), ...releaseApi(needs), ...saleApi(needs) };
}

const appApi = ({ apps }: Needs) => ({
  app_create: adminEndpoint({
    summary: 'Set up an app under the number its software was shipped with; answers that number.',
    permission: 'manage_apps',
    input: Type.Object({
      app_id: AppId,
      ...AppFields,
      name: required('Name is missing', Text({ maxLength: 255 })),
      currency: Type.Optional(Text({ maxLength: 3 })),
    }),
    output: Type.Integer(),
    handle: (ctx, { app_id, name, product_id, enabled = true, currency, ...settings }) =>
      apps.create(ctx, {
        appId: app_id,
        name: name.trim(),
        productId: product_id ?? undefined,
        isEnabled: enabled,
        currency,
        settings,
      }),
  }),
  app_update: adminEndpoint({
    summary: 'Change an app; what is absent stays. Its number and currency never change.',
    permission: 'manage_apps',
    input: Type.Object({ app_id: AppId, ...AppFields }),
    output: Done,
    handle: (ctx, { app_id, name, product_id, enabled, ...settings }) =>
      done(apps.update(ctx, app_id, { name: name?.trim(), productId: product_id, isEnabled: enabled, settings })),
  }),
  app_get: adminEndpoint({
    summary: 'An app with its sign key and settings.',
    permission: 'manage_apps',
    input: OneApp,
    output: views.AppView,
    handle: async (ctx, { app_id }) => views.presentApp(await apps.get(ctx, app_id)),
  }),
  app_get_list: adminEndpoint({
    summary: 'All apps by number.',
    permission: 'manage_apps',
    input: Type.Object(Paging),
    output: PageOf(views.AppView),
    handle: async (ctx, input) => listed(await apps.list(ctx, pageRequest(input)), views.presentApp),
  }),
  app_delete: adminEndpoint({
    summary: 'Remove an app that nobody holds codes or orders of.',
    permission: 'manage_apps',
    input: OneApp,
    output: Done,
    handle: (ctx, { app_id }) => done(apps.remove(ctx, app_id)),
  }),
  app_rotate_key: adminEndpoint({
    summary: 'Replace the sign key of an app; answers the new one.',
    permission: 'manage_apps',
    input: OneApp,
    output: Type.String(),
    handle: (ctx, { app_id }) => apps.rotateKey(ctx, app_id),
  }),
});

const codeApi = ({ codes }: Needs) => ({
  code_generate: adminEndpoint({
    summary: 'Make codes; answers the batch under which they are listed and exported.',
    permission: 'manage_codes',
    input: Type.Object({ ...NewCodes, quantity: Int({ minimum: 1, maximum: 1_000_000, default: 1 }) }),
    output: Type.Object({ batch: Type.String(), quantity: Type.Integer() }),
    handle: (ctx, { quantity, ...input }) => codes.generate(ctx, { ...newCodes(input), quantity }),
  }),
  code_import: adminEndpoint({
    summary: 'Take in codes that people hold already, as a list or a line each; those that are taken are left out.',
    permission: 'manage_codes',
    input: Type.Object({ ...NewCodes, codes: required('Codes are missing', Anything()) }),
    output: Type.Object({ batch: Type.String(), imported: Type.Integer(), skipped: Type.Integer() }),
    handle: (ctx, { codes: texts, ...input }) => codes.import(ctx, { ...newCodes(input), codes: linesOf(texts) }),
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

const activationApi = ({ activations }: Needs) => ({
  activation_get_list: adminEndpoint({
    summary: 'Devices, newest first.',
    permission: 'manage_codes',
    input: Type.Object({
      ...Paging,
      app_id: Type.Optional(Id),
      code_id: Type.Optional(Id),
      live: Type.Optional(Flag()),
    }),
    output: PageOf(views.StaffActivationView),
    handle: async (ctx, input) => {
      const filter = { appId: input.app_id, codeId: input.code_id, isLive: input.live };
      return listed(await activations.list(ctx, filter, pageRequest(input)), views.presentStaffActivation);
    },
  }),
  activation_release: adminEndpoint({
    summary: 'Release a device, whatever its code allows.',
    permission: 'manage_codes',
    input: One,
    output: Done,
    handle: (ctx, { id }) => done(activations.release(ctx, id, 'staff')),
  }),
  activation_reset_chain: adminEndpoint({
    summary: 'Let a device check again that has lost its step key.',
    permission: 'manage_codes',
    input: One,
    output: Done,
    handle: (ctx, { id }) => done(activations.resetChain(ctx, id)),
  }),
});

const releaseApi = ({ releases }: Needs) => ({
  release_create: adminEndpoint({
    summary: 'Add a release to the feed of an app; answers its id.',
    permission: 'manage_apps',
    input: Type.Object({
      app_id: AppId,
      ...ReleaseFields,
      build_version: required('build_version is missing', Int({ minimum: 0, maximum: 2_147_483_647 })),
      download_url: required('download_url is missing', Text({ maxLength: 1000 })),
    }),
    output: Type.Integer(),
    handle: (ctx, input) =>
      releases.create(ctx, {
        appId: input.app_id,
        buildVersion: input.build_version,
        versionCode: input.version_code ?? String(input.build_version),
        downloadSize: input.download_size ?? 0,
        downloadUrl: input.download_url,
        description: input.update_description ?? '',
        isPublished: input.published ?? true,
      }),
  }),
  release_update: adminEndpoint({
    summary: 'Change a release; what is absent stays.',
    permission: 'manage_apps',
    input: Type.Object({ ...One.properties, ...ReleaseFields }),
    output: Done,
    handle: (ctx, { id, ...change }) =>
      done(
        releases.update(ctx, id, {
          buildVersion: change.build_version,
          versionCode: change.version_code,
          downloadSize: change.download_size,
          downloadUrl: change.download_url,
          description: change.update_description,
          isPublished: change.published,
        }),
      ),
  }),
  release_delete: adminEndpoint({
    summary: 'Remove a release.',
    permission: 'manage_apps',
    input: One,
    output: Done,
    handle: (ctx, { id }) => done(releases.remove(ctx, id)),
  }),
  release_get_list: adminEndpoint({
    summary: 'The releases of an app, drafts too, newest first.',
    permission: 'manage_apps',
    input: Type.Object({ ...Paging, app_id: AppId }),
    output: PageOf(views.ReleaseView),
    handle: async (ctx, input) =>
      listed(await releases.list(ctx, input.app_id, pageRequest(input)), views.presentRelease),
  }),
});

const saleApi = ({ donations, orders, callbacks, payInSandbox }: Needs) => ({
  donation_get_list: adminEndpoint({
    summary: 'Donations, newest first, hidden ones too.',
    permission: 'view_donations',
    input: Type.Object({ ...Paging, app_id: Type.Optional(Id) }),
    output: PageOf(views.DonationView),
    handle: async (ctx, input) =>
      listed(await donations.list(ctx, input.app_id, pageRequest(input)), views.presentDonation),
  }),
  donation_hide: adminEndpoint({
    summary: 'Take a donation off the public list, or put it back with `hidden` 0.',
    permission: 'view_donations',
    input: Type.Object({ ...One.properties, hidden: Flag(true) }),
    output: Done,
    handle: (ctx, { id, hidden }) => done(donations.hide(ctx, id, hidden)),
  }),
  order_get_list: adminEndpoint({
    summary: 'Donations and purchases, paid or not, newest first.',
    permission: 'view_donations',
    input: Type.Object({
      ...Paging,
      app_id: Type.Optional(Id),
      status: Type.Optional(OneOf('unpaid', 'paid', 'closed')),
      kind: Type.Optional(OneOf('donation', 'codes')),
    }),
    output: PageOf(views.OrderView),
    handle: async (ctx, input) => {
      const filter = { appId: input.app_id, status: input.status, kind: input.kind };
      const page = await orders.list(ctx, filter, pageRequest(input));
      const states = await callbacks.statesOf(
        ctx,
        page.items.map(({ id }) => id),
      );
      return listed(page, (order) => views.presentOrder(order, states.get(order.id)));
    },
  }),
  callback_resend: adminEndpoint({
    summary: 'Tell an app of a paid order again.',
    permission: 'manage_apps',
    input: Type.Object({ order_id: required('order_id is missing', Id) }),
    output: Done,
    handle: (ctx, { order_id }) => done(callbacks.resend(ctx, order_id)),
  }),
  sandbox_pay: adminEndpoint({
    summary: 'Have the sandbox gateway say what becomes of an order, rightly or wrongly.',
    permission: 'manage_sandbox',
    input: Type.Object({
      order_id: required('order_id is missing', Id),
      outcome: OneOf('paid', 'closed'),
      delay: Type.Optional(Int({ minimum: 0, maximum: 86_400 })),
      repeat: Type.Optional(Int({ minimum: 1, maximum: 50 })),
      tamper: Type.Optional(OneOf('sum', 'currency', 'signature')),
    }),
    output: Type.Object({ reference: Or(Type.String()) }),
    handle: async (ctx, { order_id, outcome, ...script }) => ({
      reference: await payInSandbox(ctx, order_id, outcome, script),
    }),
  }),
});

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
