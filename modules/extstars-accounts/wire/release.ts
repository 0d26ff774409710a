import { Type } from '@sinclair/typebox';
import { guestEndpoint } from '#core/endpoint';
import { DateTime } from '#core/schema';
import type { Apps } from '../app/service.ts';
import { APP_HEADER, Headers } from '../dialect.ts';
import type { Release } from '../release/repository.ts';
import type { Releases } from '../release/service.ts';
import { Envelope, refuse, Reply, say, succeed } from '../reply.ts';
import type { ReadRules } from '../rules.ts';

interface Needs {
  readonly apps: Apps;
  readonly releases: Releases;
  readonly rules: ReadRules;
}

const ReleaseData = Type.Object({
  id: Type.Integer(),
  build_version: Type.Integer(),
  version_code: Type.String(),
  download_size: Type.Integer(),
  download_url: Type.String(),
  update_description: Type.String(),
  created_at: DateTime,
  updated_at: DateTime,
});

/** The update feed (spec 4.4), and whether anybody is at home. */
export const releaseEndpoints = ({ apps, releases, rules }: Needs) => ({
  ping: guestEndpoint({
    summary: 'Whether the service is up.',
    input: Type.Object({}),
    output: Envelope(Type.Null(), [101]),
    handle: async (ctx) =>
      (await rules.recent(ctx)).isInMaintenance
        ? refuse(101, 'maintenance')
        : new Reply(100, say('ok', undefined), null),
  }),

  upgrade: guestEndpoint({
    summary: 'The releases of an app, newest first.',
    input: Type.Object(Headers),
    output: Envelope(Type.Array(ReleaseData), [101]),
    handle: async (ctx, input) => {
      const app = await apps.recent(ctx, input[APP_HEADER]);
      if (app === undefined) return refuse(101, 'unknown_app');
      return succeed((await releases.pull(ctx, app.appId)).map(presentRelease), app);
    },
  }),
});

const presentRelease = (release: Release) => ({
  id: release.id,
  build_version: release.buildVersion,
  version_code: release.versionCode,
  download_size: release.downloadSize,
  download_url: release.downloadUrl,
  update_description: release.description,
  created_at: release.createdAt,
  updated_at: release.updatedAt,
});
