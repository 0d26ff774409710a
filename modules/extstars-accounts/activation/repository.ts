import type { Knex } from 'knex';
import { toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import { look, type Lookup } from '#core/db/lookup';
import { latestFirst, paginateFar, type Page, type PageRequest } from '#core/db/paginate';
import { swapRow, type Swap } from '#core/db/swap';
import type { Code } from '../code/repository.ts';
import type { Standing, Window } from '../code/standing.ts';

export type ReleasedBy = 'device' | 'client' | 'staff' | 'moved';

/** One device bound to one code, as far as a check asks. */
export interface Binding extends Window {
  readonly id: number;
  readonly appId: number;
  readonly codeId: number;
  readonly deviceHash: string;
  readonly activeOrder: number;
  readonly isLive: boolean;
  readonly stepHash: string | undefined;
  readonly lastCheckAt: Date | undefined;
  readonly askedHash: string | undefined;
  readonly sealedAnswer: string | undefined;
}

export interface Activation extends Binding {
  readonly deviceId: string;
  readonly deviceInfo: string;
  readonly activatedAt: Date;
  readonly releasedAt: Date | undefined;
  readonly releasedBy: ReleasedBy | undefined;
  readonly ip: string | undefined;
}

interface BindingRow {
  id: number;
  app_id: number;
  code_id: number;
  device_hash: string;
  active_order: number;
  live: number | null;
  step_hash: string | null;
  last_check_at: StoredDate | null;
  asked_hash: string | null;
  answer: string | null;
  standing: Standing;
  starts_at: StoredDate | null;
  expires_at: StoredDate | null;
}

interface Row extends BindingRow {
  device_id: string;
  device_info: string;
  activated_at: StoredDate;
  released_at: StoredDate | null;
  released_by: ReleasedBy | null;
  ip: string | null;
}

const TABLE = 'extstars_activation';
const BY_TOKEN: Lookup<BindingRow> = {
  table: TABLE,
  key: 'token_hash',
  columns: [
    'id', 'app_id', 'code_id', 'device_hash', 'active_order', 'live', 'step_hash', 'last_check_at', 'asked_hash',
    'answer', 'standing', 'starts_at', 'expires_at',
  ],
}; // prettier-ignore

/** The hot path: one read by a prepared statement … */
export async function findByToken(db: Knex, tokenHash: string): Promise<Binding | undefined> {
  const row = await look(db, BY_TOKEN, tokenHash);
  return row && toBinding(row);
}

/** A step key is random, so a chain that still ends with the same one is the chain that was read. */
const STEP: Swap = {
  table: TABLE,
  key: 'id',
  was: ['step_hash', 'live', 'standing'],
  becomes: ['step_hash', 'last_check_at', 'asked_hash', 'answer'],
};

export interface Step {
  readonly stepHash: string;
  readonly askedHash: string | undefined;
  readonly sealedAnswer: string | undefined;
}

/** … and one write. False when another check came first, or the activation ended meanwhile. */
export const takeStep = (db: Knex, { id, stepHash, standing }: Binding, step: Step, now: Date): Promise<boolean> =>
  swapRow(
    db,
    STEP,
    id,
    [stepHash ?? null, 1, standing],
    [step.stepHash, now, step.askedHash ?? null, step.sealedAnswer ?? null],
  );

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

const toBinding = (row: BindingRow): Binding => ({
  id: Number(row.id),
  appId: row.app_id,
  codeId: Number(row.code_id),
  deviceHash: row.device_hash,
  activeOrder: row.active_order,
  isLive: row.live === 1,
  stepHash: row.step_hash ?? undefined,
  lastCheckAt: toOptionalDate(row.last_check_at),
  askedHash: row.asked_hash ?? undefined,
  sealedAnswer: row.answer ?? undefined,
  standing: row.standing,
  startsAt: toOptionalDate(row.starts_at),
  expiresAt: toOptionalDate(row.expires_at),
});

const toActivation = (row: Row): Activation => ({
  ...toBinding(row),
  deviceId: row.device_id,
  deviceInfo: row.device_info,
  activatedAt: toDate(row.activated_at),
  releasedAt: toOptionalDate(row.released_at),
  releasedBy: row.released_by ?? undefined,
  ip: row.ip ?? undefined,
});
