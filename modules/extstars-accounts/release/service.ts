import { atomic, type Context } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { notFound } from '#core/error';
import type { Apps } from '../app/service.ts';
import { checkedUrl } from '../callback/url.ts';
import * as releases from './repository.ts';
import type { NewRelease, Release } from './repository.ts';

export type Releases = ReturnType<typeof createReleases>;
export type ReleaseChange = { readonly [K in keyof Omit<NewRelease, 'appId'>]?: NewRelease[K] | undefined };

/** The update feeds of apps. */
export const createReleases = ({ apps }: { readonly apps: Apps }) => ({
  pull: (ctx: Context, appId: number): Promise<Release[]> => releases.listPublished(ctx.db, appId),
  list: (ctx: Context, appId: number, request: PageRequest): Promise<Page<Release>> =>
    releases.list(ctx.db, appId, request),

  async create(ctx: Context, release: NewRelease): Promise<number> {
    await apps.get(ctx, release.appId);
    return atomic(ctx, async (tx) => {
      const id = await releases.insert(tx.db, checked(release), tx.now);
      await tx.record(`Created release #${id} of app ${release.appId}`);
      return id;
    });
  },

  update: (ctx: Context, id: number, change: ReleaseChange): Promise<void> =>
    atomic(ctx, async (tx) => {
      const found = await releases.findForUpdate(tx.db, id);
      if (found === undefined) throw unknownRelease();
      const said = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
      await releases.update(tx.db, id, checked({ ...found, ...said }), tx.now);
      await tx.record(`Updated release #${id}`);
    }),

  remove: (ctx: Context, id: number): Promise<void> =>
    atomic(ctx, async (tx) => {
      if (!(await releases.remove(tx.db, id))) throw unknownRelease();
      await tx.record(`Deleted release #${id}`);
    }),
});

const checked = (release: NewRelease): NewRelease => ({
  ...release,
  downloadUrl: checkedUrl(release.downloadUrl, 'The download address must be an http or https address.').href,
});

const unknownRelease = () => notFound('extstars.unknown_release', 'Release not found');
