import type { Knex } from 'knex';
import { toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import { latestFirst, paginateFar, whereContains, type Page, type PageRequest } from '#core/db/paginate';
import type { Secrets } from '#core/secret';
import type { SentEmail } from './contract.ts';

/** A letter of the history. */
export interface LoggedEmail extends Omit<SentEmail, 'subject'> {
  readonly id: number;
  readonly subject: string | undefined;
  readonly hasAttachment: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date | undefined;
}

export interface Filter {
  readonly id?: number | undefined;
  readonly clientId?: number | undefined;
  readonly sender?: string | undefined;
  readonly recipient?: string | undefined;
  readonly subject?: string | undefined;
  readonly search?: string | undefined;
  readonly from?: Date | undefined;
  readonly before?: Date | undefined;
}

interface Row {
  id: number;
  client_id: number | null;
  sender: string | null;
  recipients: string | null;
  subject: string | null;
  content_html: string | null;
  content_text: string | null;
  attachment_name: string | null;
  created_at: StoredDate;
  updated_at: StoredDate | null;
}

const PURPOSE = 'activity_client_email.content';
const COLUMNS = [
  'id', 'client_id', 'sender', 'recipients', 'subject', 'content_html', 'content_text', 'attachment_name', 'created_at',
  'updated_at',
] as const; // prettier-ignore

const table = (db: Knex) => db<Row>('activity_client_email');

export async function insert(db: Knex.Transaction, secrets: Secrets, email: SentEmail, now: Date): Promise<void> {
  const seal = (text: string | undefined): string | null => (text === undefined ? null : secrets.seal(PURPOSE, text));
  await table(db).insert({
    client_id: email.clientId ?? null,
    sender: email.sender?.slice(0, 255) ?? null,
    recipients: email.recipients ?? null,
    subject: email.subject.slice(0, 255),
    content_html: seal(email.html),
    content_text: seal(email.text),
    created_at: now,
    updated_at: null,
  });
}

export async function find(
  db: Knex,
  secrets: Secrets,
  id: number,
  clientId?: number,
): Promise<LoggedEmail | undefined> {
  const row = await table(db)
    .where({ id, ...(clientId !== undefined && { client_id: clientId }) })
    .first(...COLUMNS);
  return row && toLogged(secrets, row);
}

export function list(db: Knex, secrets: Secrets, filter: Filter, request: PageRequest): Promise<Page<LoggedEmail>> {
  const query: Knex.QueryBuilder = db('activity_client_email');
  if (filter.id !== undefined) void query.where({ id: filter.id });
  if (filter.clientId !== undefined) void query.where({ client_id: filter.clientId });
  if (filter.from !== undefined) void query.where('created_at', '>=', filter.from);
  if (filter.before !== undefined) void query.where('created_at', '<', filter.before);
  if (filter.sender !== undefined) void whereContains(query, 'sender', filter.sender);
  if (filter.recipient !== undefined) void whereContains(query, 'recipients', filter.recipient);
  if (filter.subject !== undefined) void whereContains(query, 'subject', filter.subject);
  const { search } = filter;
  if (search !== undefined)
    void query.where((either) => {
      for (const column of ['sender', 'recipients', 'subject'])
        void either.orWhere((one) => void whereContains(one, column, search));
    });
  return paginateFar<Row, LoggedEmail>(
    query,
    latestFirst('id', filter),
    request,
    (ids) =>
      table(db)
        .whereIn('id', [...ids])
        .select(...COLUMNS),
    (row) => toLogged(secrets, row),
  );
}

/** Returns how many went. */
export async function remove(db: Knex.Transaction, ids: readonly number[], clientId?: number): Promise<number> {
  return table(db)
    .whereIn('id', [...ids])
    .modify((query) => {
      if (clientId !== undefined) void query.where({ client_id: clientId });
    })
    .del();
}

export const removeOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await table(db).where({ client_id: clientId }).del());

export async function removeBefore(db: Knex.Transaction, time: Date, limit: number): Promise<number> {
  const rows = await table(db).where('created_at', '<', time).orderBy('created_at').limit(limit).select('id');
  return rows.length === 0
    ? 0
    : remove(
        db,
        rows.map(({ id }) => id),
      );
}

const toLogged = (secrets: Secrets, row: Row): LoggedEmail => ({
  id: row.id,
  clientId: row.client_id ?? undefined,
  sender: row.sender ?? undefined,
  recipients: row.recipients ?? undefined,
  subject: row.subject ?? undefined,
  html: row.content_html === null ? undefined : secrets.open(PURPOSE, row.content_html),
  text: row.content_text === null ? undefined : secrets.open(PURPOSE, row.content_text),
  hasAttachment: row.attachment_name !== null,
  createdAt: toDate(row.created_at),
  updatedAt: toOptionalDate(row.updated_at),
});
