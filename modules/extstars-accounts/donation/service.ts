import { atomic, type Context } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { notFound } from '#core/error';
import * as donations from './repository.ts';
import type { Donation, Sorting } from './repository.ts';

export type Donations = ReturnType<typeof createDonations>;

export interface DonorPage {
  readonly limit: number;
  readonly offset: number;
  readonly sorting: Sorting;
}

/** What was given and is shown. The records themselves are made by payments. */
export const createDonations = () => ({
  pull: (ctx: Context, appId: number, page: DonorPage): Promise<Donation[]> =>
    donations.listPublic(ctx.db, appId, page),
  find: (ctx: Context, id: number): Promise<Donation | undefined> => donations.find(ctx.db, id),
  list: (ctx: Context, appId: number | undefined, request: PageRequest): Promise<Page<Donation>> =>
    donations.list(ctx.db, appId, request),

  hide: (ctx: Context, id: number, isHidden: boolean): Promise<void> =>
    atomic(ctx, async (tx) => {
      if ((await donations.find(tx.db, id)) === undefined)
        throw notFound('extstars.unknown_donation', 'Donation not found');
      await donations.setHidden(tx.db, id, isHidden);
      await tx.record(`${isHidden ? 'Hid' : 'Showed'} donation #${id}`);
    }),
});
