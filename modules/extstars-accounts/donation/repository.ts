import type { Knex } from 'knex';
import { toBoolean, toDate, type StoredDate } from '#core/db/columns';
import { latestFirst, paginateFar, type Page, type PageRequest } from '#core/db/paginate';
import { money, type Money } from '#core/money';

/** The public record of a paid donation. */
export interface Donation {
  readonly id: number;
  readonly appId: number;
  readonly orderId: number;
  /** Empty for who wants no name. */
  readonly userName: string;
  readonly userLink: string;
  readonly avatarHash: string;
  readonly money: Money;
  readonly isHidden: boolean;
  readonly paidAt: Date;
}

interface Row {
  id: number;
  app_id: number;
  extstars_order_id: number;
  user_name: string;
  user_link: string;
  avatar_hash: string;
  money_amount: number | string;
  currency: string;
  is_hidden: unknown;
  paid_at: StoredDate;
}

const TABLE = 'extstars_donation';
export type Sorting = 'highest' | 'lowest' | 'newest';

/** Newer first among equals, then the higher id, so that pages do not overlap. */
const ORDER: Readonly<Record<Sorting, readonly { column: string; order: 'asc' | 'desc' }[]>> = {
  highest: [{ column: 'money_amount', order: 'desc' }, { column: 'paid_at', order: 'desc' }, { column: 'id', order: 'desc' }],
  lowest: [{ column: 'money_amount', order: 'asc' }, { column: 'paid_at', order: 'desc' }, { column: 'id', order: 'desc' }],
  newest: [{ column: 'paid_at', order: 'desc' }, { column: 'id', order: 'desc' }],
}; // prettier-ignore

export const listPublic = async (
  db: Knex,
  appId: number,
  { limit, offset, sorting }: { readonly limit: number; readonly offset: number; readonly sorting: Sorting },
): Promise<Donation[]> =>
  (
    (await db<Row>(TABLE)
      .where({ app_id: appId, is_hidden: false })
      .orderBy([...ORDER[sorting]])
      .limit(limit)
      .offset(offset)) as Row[]
  ).map(toDonation);

export async function findByOrder(db: Knex, orderId: number): Promise<Donation | undefined> {
  const row = await db<Row>(TABLE).where({ extstars_order_id: orderId }).first();
  return row && toDonation(row);
}

export async function find(db: Knex, id: number): Promise<Donation | undefined> {
  const row = await db<Row>(TABLE).where({ id }).first();
  return row && toDonation(row);
}

/** Rejects with a unique violation when the order has one. */
export async function insert(db: Knex.Transaction, donation: Omit<Donation, 'id' | 'isHidden'>): Promise<number> {
  const [id] = await db(TABLE).insert({
    app_id: donation.appId,
    extstars_order_id: donation.orderId,
    user_name: donation.userName,
    user_link: donation.userLink,
    avatar_hash: donation.avatarHash,
    money_amount: donation.money.amount,
    currency: donation.money.currency,
    is_hidden: false,
    paid_at: donation.paidAt,
  });
  return Number(id);
}

export const setHidden = async (db: Knex.Transaction, id: number, isHidden: boolean): Promise<void> =>
  void (await db(TABLE).where({ id }).update({ is_hidden: isHidden }));

export const forgetAvatars = async (db: Knex.Transaction, orderIds: readonly number[]): Promise<void> => {
  for (let start = 0; start < orderIds.length; start += 400)
    await db(TABLE)
      .whereIn('extstars_order_id', orderIds.slice(start, start + 400))
      .update({ avatar_hash: '' });
};

export function list(db: Knex, appId: number | undefined, request: PageRequest): Promise<Page<Donation>> {
  const query = db(TABLE);
  if (appId !== undefined) void query.where({ app_id: appId });
  return paginateFar<Row, Donation>(
    query,
    latestFirst('id', { appId }),
    request,
    (keys) => db(TABLE).whereIn('id', [...keys]),
    toDonation,
  );
}

const toDonation = (row: Row): Donation => ({
  id: row.id,
  appId: row.app_id,
  orderId: row.extstars_order_id,
  userName: row.user_name,
  userLink: row.user_link,
  avatarHash: row.avatar_hash,
  money: money(Number(row.money_amount), row.currency),
  isHidden: toBoolean(row.is_hidden),
  paidAt: toDate(row.paid_at),
});
