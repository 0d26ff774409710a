import type { Knex } from 'knex';
import { PRIORITIES } from '#core/activity';
import type { DayRange } from '#core/day-range';
import { toDate, type StoredDate } from '#core/db/columns';
import { whereContains, type Page, type PageRequest } from '#core/db/paginate';

/** A line of the log. */
export interface Line {
  readonly id: number;
  readonly priority: number;
  readonly adminId: number | undefined;
  readonly clientId: number | undefined;
  readonly message: string;
  readonly ip: string | undefined;
  readonly createdAt: Date;
}

export type NewLine = Omit<Line, 'id' | 'createdAt'>;

export interface Filter extends DayRange {
  readonly priority?: number | undefined;
  /** This grave or graver: the number or a smaller one. */
  readonly minPriority?: number | undefined;
  readonly by?: 'staff' | 'clients' | undefined;
  readonly adminId?: number | undefined;
  readonly clientId?: number | undefined;
  readonly ip?: string | undefined;
  readonly search?: string | undefined;
}

interface Row {
  id: number;
  priority: number;
  admin_id: number | null;
  client_id: number | null;
  message: string;
  ip: string | null;
  created_at: StoredDate;
}

const TABLE = 'activity_system';

/**
 * The newest first. A page is found by its ids alone, counted from whichever end of the log is nearer, and only its own
 * lines are then read: the last page costs what the first costs.
 */
export async function list(db: Knex, filter: Filter, { page, perPage }: PageRequest): Promise<Page<Line>> {
  const [counted] = (await matching(db, filter).count({ total: '*' })) as { total: number | string }[];
  const total = Number(counted?.total ?? 0);
  const newer = (page - 1) * perPage;
  const size = Math.min(perPage, total - newer);
  if (size <= 0) return { page, perPage, total, items: [] };
  const older = total - newer - size;
  const ids = matching(db, filter, { walksById: true }).select('id').limit(size);
  // MariaDB would look for a few days among all ids, were it not kept from their order until it has the days.
  const key = filter.from || filter.before ? db.raw('?? + 0', ['id']) : 'id';
  if (newer <= older) void ids.orderBy(key, 'desc').offset(newer);
  else void ids.orderBy(key, 'asc').offset(older);
  const rows = (await db(TABLE)
    .join(ids.as('wanted'), 'wanted.id', `${TABLE}.id`)
    .orderBy(`${TABLE}.id`, 'desc')
    .select(`${TABLE}.*`)) as Row[];
  return { page, perPage, total, items: rows.map(toLine) };
}

function matching(db: Knex, filter: Filter, { walksById = false } = {}): Knex.QueryBuilder {
  const query = db(TABLE);
  const { priority, minPriority, by, adminId, clientId, ip, search, from, before } = filter;
  if (priority !== undefined) void query.where({ priority });
  // Nearly every line is that grave. MariaDB would look them all up by how grave they are and then sort them by id.
  else if (walksById && minPriority !== undefined && minPriority >= PRIORITIES.info)
    void query.where(db.raw('?? + 0', ['priority']), '<=', minPriority);
  else if (minPriority !== undefined) void query.where('priority', '<=', minPriority);
  if (by === 'staff') void query.whereNotNull('admin_id');
  if (by === 'clients') void query.whereNotNull('client_id');
  if (adminId !== undefined) void query.where({ admin_id: adminId });
  if (clientId !== undefined) void query.where({ client_id: clientId });
  if (ip !== undefined) void query.where({ ip });
  if (from !== undefined) void query.where('created_at', '>=', from);
  if (before !== undefined) void query.where('created_at', '<', before);
  if (search !== undefined) void whereContains(query, 'message', search);
  return query;
}

export const insert = async (db: Knex.Transaction, line: NewLine, now: Date): Promise<void> =>
  void (await db(TABLE).insert({
    priority: line.priority,
    admin_id: line.adminId ?? null,
    client_id: line.clientId ?? null,
    message: line.message,
    ip: line.ip ?? null,
    created_at: now,
  }));

/** A chunk at a time: returns how many went. */
export async function removeBefore(db: Knex.Transaction, time: Date, limit: number): Promise<number> {
  const rows = (await db(TABLE).where('created_at', '<', time).orderBy('created_at').limit(limit).select('id')) as {
    id: number;
  }[];
  const ids = rows.map(({ id }) => id);
  return ids.length === 0 ? 0 : db(TABLE).whereIn('id', ids).del();
}

const toLine = (row: Row): Line => ({
  id: row.id,
  priority: row.priority,
  adminId: row.admin_id ?? undefined,
  clientId: row.client_id ?? undefined,
  message: row.message,
  ip: row.ip ?? undefined,
  createdAt: toDate(row.created_at),
});
