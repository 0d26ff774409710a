import type { Knex } from 'knex';
import { latestFirst, paginateFar, type Page, type PageRequest } from '#core/db/paginate';
import type { Code } from '../code/row.ts';
import { toActivation, type Activation, type ReleasedBy, type Row } from './row.ts';

const TABLE = 'extstars_activation';

export async function findLive(
  db: Knex.Transaction,
  appId: number,
  deviceHash: string,
): Promise<Activation | undefined> {
  const row = await db<Row>(TABLE).where({ app_id: appId, device_hash: deviceHash, live: 1 }).forUpdate().first();
  return row && toActivation(row);
}

export async function find(db: Knex, id: number): Promise<Activation | undefined> {
  const row = await db<Row>(TABLE).where({ id }).first();
  return row && toActivation(row);
}

export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Activation | undefined> {
  const row = await db<Row>(TABLE).where({ id }).forUpdate().first();
  return row && toActivation(row);
}

async function count(db: Knex, where: object): Promise<number> {
  const [row] = (await db(TABLE).where(where).count({ total: '*' })) as { total: number | string }[];
  return Number(row?.total ?? 0);
}

export const countLive = (db: Knex, codeId: number): Promise<number> => count(db, { code_id: codeId, live: 1 });
export const countReleasedByDevice = (db: Knex, codeId: number): Promise<number> =>
  count(db, { code_id: codeId, released_by: 'device' });

/** Of several codes in one query. */
export async function countLiveOf(db: Knex, codeIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
  if (codeIds.length === 0) return new Map();
  const rows = (await db(TABLE)
    .whereIn('code_id', [...codeIds])
    .where({ live: 1 })
    .groupBy('code_id')
    .select('code_id')
    .count({ total: '*' })) as { code_id: number; total: number | string }[];
  return new Map(rows.map((row) => [Number(row.code_id), Number(row.total)]));
}

/** One more than there ever were: rows are kept, so no number comes twice. */
export async function nextOrder(db: Knex.Transaction, codeId: number): Promise<number> {
  const row = (await db(TABLE).where({ code_id: codeId }).max({ last: 'active_order' }).first()) as
    { last: number | null } | undefined;
  return Number(row?.last ?? 0) + 1;
}

export interface NewActivation {
  readonly deviceId: string;
  readonly deviceHash: string;
  readonly deviceInfo: string;
  readonly activeOrder: number;
  readonly tokenHash: string;
  readonly ip: string | undefined;
}

/** Rejects with a unique violation when the device has a live activation. */
export async function insert(
  db: Knex.Transaction,
  code: Pick<Code, 'id' | 'appId' | 'standing' | 'startsAt' | 'expiresAt'>,
  activation: NewActivation,
  now: Date,
): Promise<number> {
  const [id] = await db(TABLE).insert({
    app_id: code.appId,
    code_id: code.id,
    device_id: activation.deviceId,
    device_hash: activation.deviceHash,
    device_info: activation.deviceInfo,
    active_order: activation.activeOrder,
    token_hash: activation.tokenHash,
    live: 1,
    activated_at: now,
    standing: code.standing,
    starts_at: code.startsAt ?? null,
    expires_at: code.expiresAt ?? null,
    ip: activation.ip ?? null,
  });
  return Number(id);
}

const NO_CHAIN = { step_hash: null, last_check_at: null, asked_hash: null, answer: null };

/** False when it was released before. */
export async function release(db: Knex.Transaction, id: number, by: ReleasedBy, now: Date): Promise<boolean> {
  const released = await db(TABLE)
    .where({ id, live: 1 })
    .update({ live: null, released_at: now, released_by: by, step_hash: null, asked_hash: null, answer: null });
  return released === 1;
}

/** Another token for the same device; the old one is dead and its chain with it. */
export const reissue = async (db: Knex.Transaction, id: number, tokenHash: string): Promise<void> =>
  void (await db(TABLE)
    .where({ id })
    .update({ token_hash: tokenHash, ...NO_CHAIN }));

/** The next check is like the first. */
export const resetChain = async (db: Knex.Transaction, id: number): Promise<void> =>
  void (await db(TABLE).where({ id }).update(NO_CHAIN));

export interface ActivationFilter {
  readonly appId?: number | undefined;
  readonly codeId?: number | undefined;
  readonly isLive?: boolean | undefined;
}

export function list(
  db: Knex,
  filter: ActivationFilter & { readonly codeIds?: readonly number[] },
  request: PageRequest,
): Promise<Page<Activation>> {
  const { appId, codeId, codeIds, isLive } = filter;
  const query = db(TABLE);
  if (appId !== undefined) void query.where({ app_id: appId });
  if (codeId !== undefined) void query.where({ code_id: codeId });
  if (codeIds !== undefined) void query.whereIn('code_id', [...codeIds]);
  if (isLive === true) void query.where({ live: 1 });
  if (isLive === false) void query.whereNull('live');
  return paginateFar<Row, Activation>(
    query,
    latestFirst('id', filter),
    request,
    (keys) => db(TABLE).whereIn('id', [...keys]),
    toActivation,
  );
}

/** Addresses and lost answers that nobody needs any more. */
export async function purge(db: Knex.Transaction, before: Date, limit: number): Promise<number> {
  const rows = (await db(TABLE).whereNotNull('ip').where('activated_at', '<', before).limit(limit).select('id')) as {
    id: number;
  }[];
  if (rows.length > 0)
    await db(TABLE)
      .whereIn(
        'id',
        rows.map(({ id }) => id),
      )
      .update({ ip: null });
  return rows.length;
}

export async function forgetAnswers(db: Knex.Transaction, before: Date, limit: number): Promise<number> {
  const rows = (await db(TABLE)
    .whereNotNull('answer')
    .where('last_check_at', '<', before)
    .limit(limit)
    .select('id')) as { id: number }[];
  if (rows.length > 0)
    await db(TABLE)
      .whereIn(
        'id',
        rows.map(({ id }) => id),
      )
      .update({ answer: null, asked_hash: null });
  return rows.length;
}

/** Codes with more live activations than they allow, and live activations that tell otherwise than their code. */
export async function listMisfits(db: Knex): Promise<string[]> {
  const over = (await db({ a: TABLE })
    .join({ c: 'service_extstars' }, 'c.id', 'a.code_id')
    .where('a.live', 1)
    .where('c.max_activations', '>', 0)
    .groupBy('c.id', 'c.max_activations')
    .havingRaw('count(*) > c.max_activations')
    .limit(100)
    .select('c.id')) as { id: number }[];
  const stale = (await db({ a: TABLE })
    .leftJoin({ c: 'service_extstars' }, 'c.id', 'a.code_id')
    .where('a.live', 1)
    .where((odd) => void odd.whereNull('c.id').orWhere('c.standing', '<>', db.ref('a.standing')))
    .limit(100)
    .select('a.id')) as { id: number }[];
  return [
    ...over.map(({ id }) => `Activation code ${id} is live on more devices than it allows.`),
    ...stale.map(({ id }) => `Activation ${id} does not follow its code.`),
  ];
}
