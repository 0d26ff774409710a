import type { Knex } from 'knex';
import { toBoolean, toDate, type StoredDate } from '#core/db/columns';
import { paginate, type Page, type PageRequest } from '#core/db/paginate';

/** One row of an app's update feed. */
export interface Release {
  readonly id: number;
  readonly appId: number;
  readonly buildVersion: number;
  /** Shown to people. */
  readonly versionCode: string;
  readonly downloadSize: number;
  readonly downloadUrl: string;
  readonly description: string;
  readonly isPublished: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface Row {
  id: number;
  app_id: number;
  build_version: number;
  version_code: string;
  download_size: number | string;
  download_url: string;
  update_description: string;
  is_published: unknown;
  created_at: StoredDate;
  updated_at: StoredDate;
}

const TABLE = 'extstars_release';
const NEWEST = [
  { column: 'build_version', order: 'desc' },
  { column: 'id', order: 'desc' },
] as const;
/** No app reads further back. */
const FEED = 1000;

export const listPublished = async (db: Knex, appId: number): Promise<Release[]> =>
  (
    await db<Row>(TABLE)
      .where({ app_id: appId, is_published: true })
      .orderBy([...NEWEST])
      .limit(FEED)
  ).map(toRelease);

export const list = (db: Knex, appId: number, request: PageRequest): Promise<Page<Release>> =>
  paginate<Row, Release>(
    db(TABLE).where({ app_id: appId }),
    request,
    (rows) => rows.orderBy([...NEWEST]).select('*'),
    toRelease,
  );

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Release | undefined> {
  const row = await db<Row>(TABLE).where({ id }).forUpdate().first();
  return row && toRelease(row);
}

export type NewRelease = Omit<Release, 'id' | 'createdAt' | 'updatedAt'>;

export async function insert(db: Knex.Transaction, release: NewRelease, now: Date): Promise<number> {
  const [id] = await db(TABLE).insert({ ...columnsOf(release), created_at: now, updated_at: now });
  return Number(id);
}

export const update = async (db: Knex.Transaction, id: number, release: NewRelease, now: Date): Promise<void> =>
  void (await db(TABLE)
    .where({ id })
    .update({ ...columnsOf(release), updated_at: now }));

export const remove = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db(TABLE).where({ id }).del()) === 1;

const columnsOf = (release: NewRelease) => ({
  app_id: release.appId,
  build_version: release.buildVersion,
  version_code: release.versionCode,
  download_size: release.downloadSize,
  download_url: release.downloadUrl,
  update_description: release.description,
  is_published: release.isPublished,
});

const toRelease = (row: Row): Release => ({
  id: row.id,
  appId: row.app_id,
  buildVersion: row.build_version,
  versionCode: row.version_code,
  downloadSize: Number(row.download_size),
  downloadUrl: row.download_url,
  description: row.update_description,
  isPublished: toBoolean(row.is_published),
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
