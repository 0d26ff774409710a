import { Type } from '@sinclair/typebox';
import { adminEndpoint, Done, done } from '#core/endpoint';
import { Flag, Int, listed, PageOf, pageRequest, Paging, required, Text } from '#core/schema';
import type { Releases } from '../release/service.ts';
import { AppId, One } from './input.ts';
import * as views from './views.ts';

const ReleaseFields = {
  build_version: Type.Optional(Int({ minimum: 0, maximum: 2_147_483_647 })),
  version_code: Type.Optional(Text({ maxLength: 255 })),
  download_size: Type.Optional(Int({ minimum: 0 })),
  download_url: Type.Optional(Text({ maxLength: 1000 })),
  update_description: Type.Optional(Text({ maxLength: 20_000 })),
  published: Type.Optional(Flag()),
};

export const releaseApi = ({ releases }: { readonly releases: Releases }) => ({
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
