import type { Knex } from 'knex';
import { toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import { paginateFar, type Page, type PageRequest } from '#core/db/paginate';
import type { Attachment } from '#core/listener';
import type { Secrets } from '#core/secret';

/** A mail that is to be sent. */
export interface NewEmail {
  /** The same letter has the same posting. */
  readonly posting: string;
  readonly recipient: string;
  readonly toName: string | undefined;
  readonly sender: string;
  readonly fromName: string | undefined;
  readonly subject: string;
  readonly html: string;
  /** What people may see of it, where that is less. */
  readonly shown: string | undefined;
  readonly clientId: number | undefined;
  readonly priority: number;
  readonly unsubscribeUrl: string | undefined;
  readonly sendAt: Date;
  readonly attachment?: Attachment | undefined;
}

export interface QueuedEmail extends NewEmail {
  readonly id: number;
  readonly status: string;
  readonly tries: number;
  readonly leasedUntil: Date | undefined;
  readonly hasAttachment: boolean;
  /** Why the last try failed. */
  readonly lastError: string | undefined;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface Filter {
  readonly status?: string | undefined;
  readonly clientId?: number | undefined;
}

interface Row {
  id: number;
  posting: string;
  recipient: string;
  sender: string;
  subject: string;
  content: string;
  content_shown: string | null;
  to_name: string | null;
  from_name: string | null;
  client_id: number | null;
  priority: number;
  tries: number;
  status: string;
  unsubscribe_url: string | null;
  last_error: string | null;
  send_at: StoredDate;
  leased_until: StoredDate | null;
  lease_holder: string | null;
  attachment_name: string | null;
  attachment_mime: string | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

const PURPOSE = 'email_queue.content';
const ATTACHMENT = 'email_queue.attachment_content';
const table = (db: Knex) => db<Row>('email_queue');
/** All but the attachment, which is read when the mail leaves. */
const COLUMNS = [
  'id', 'posting', 'recipient', 'sender', 'subject', 'content', 'content_shown', 'to_name', 'from_name', 'client_id',
  'priority', 'tries', 'status', 'unsubscribe_url', 'last_error', 'send_at', 'leased_until', 'lease_holder',
  'attachment_name', 'attachment_mime', 'created_at', 'updated_at',
] as const; // prettier-ignore

/** Whether this posting is in the queue or has left it lately. */
export async function isKnown(db: Knex, posting: string): Promise<boolean> {
  if ((await table(db).where({ posting }).first('id')) !== undefined) return true;
  return (await db<{ posting: string }>('email_sent').where({ posting }).first('posting')) !== undefined;
}

export async function insert(db: Knex.Transaction, secrets: Secrets, email: NewEmail, now: Date): Promise<number> {
  const { attachment } = email;
  const [id = 0] = await table(db).insert({
    ...(attachment && attachedColumns(secrets, attachment)),
    posting: email.posting,
    recipient: email.recipient,
    sender: email.sender,
    subject: email.subject,
    content: secrets.seal(PURPOSE, email.html),
    content_shown: email.shown === undefined ? null : secrets.seal(PURPOSE, email.shown),
    to_name: email.toName?.slice(0, 255) ?? null,
    from_name: email.fromName?.slice(0, 255) ?? null,
    client_id: email.clientId ?? null,
    priority: email.priority,
    tries: 0,
    status: 'pending',
    unsubscribe_url: email.unsubscribeUrl ?? null,
    send_at: email.sendAt,
    created_at: now,
    updated_at: now,
  });
  return id;
}

const attachedColumns = (secrets: Secrets, { name, type, content }: Attachment) => ({
  attachment_name: name.slice(0, 255),
  attachment_mime: type.slice(0, 100),
  attachment_content: Buffer.from(secrets.seal(ATTACHMENT, content.toString('base64')), 'base64'),
});

/** What goes with a mail; one that was sealed with another secret is an error. */
export async function findAttachment(db: Knex, secrets: Secrets, id: number): Promise<Attachment | undefined> {
  const row = (await db('email_queue')
    .where({ id })
    .first('attachment_name', 'attachment_mime', 'attachment_content')) as AttachmentRow | undefined;
  if (row === undefined || row.attachment_name === null || row.attachment_content === null) return undefined;
  const content = secrets.open(ATTACHMENT, Buffer.from(row.attachment_content as Uint8Array).toString('base64'));
  return {
    name: row.attachment_name,
    type: row.attachment_mime ?? 'application/octet-stream',
    content: Buffer.from(content, 'base64'),
  };
}

interface AttachmentRow {
  readonly attachment_name: string | null;
  readonly attachment_mime: string | null;
  /** Each database has bytes of its own kind. */
  readonly attachment_content: Uint8Array | ArrayBuffer | null;
}

export async function find(db: Knex, secrets: Secrets, id: number): Promise<QueuedEmail | undefined> {
  const row = (await table(db)
    .where({ id })
    .first(...COLUMNS)) as Row | undefined;
  return row && toQueued(secrets, row);
}

export function list(db: Knex, secrets: Secrets, filter: Filter, request: PageRequest): Promise<Page<QueuedEmail>> {
  const query: Knex.QueryBuilder = db('email_queue');
  if (filter.status !== undefined) void query.where({ status: filter.status });
  if (filter.clientId !== undefined) void query.where({ client_id: filter.clientId });
  return paginateFar<Row, QueuedEmail>(
    query,
    { key: 'id', by: SENDING_ORDER },
    request,
    (ids) =>
      table(db)
        .whereIn('id', [...ids])
        .select(...COLUMNS),
    (row) => toQueued(secrets, row),
  );
}

const SENDING_ORDER = [
  { column: 'priority', order: 'desc' },
  { column: 'id', order: 'asc' },
] as const;

/** Ids of what may be sent now, in the order in which it is. */
export async function listDue(db: Knex, now: Date, limit: number): Promise<number[]> {
  const rows = await table(db)
    .where('send_at', '<=', now)
    .where((lease) => void lease.whereNull('leased_until').orWhere('leased_until', '<=', now))
    .orderBy([...SENDING_ORDER])
    .limit(limit)
    .select('id');
  return rows.map(({ id }) => id);
}

/** What waits for another try is due at once. */
export const makeAllDue = async (db: Knex.Transaction, now: Date): Promise<void> =>
  void (await table(db).where('send_at', '>', now).update({ send_at: now }));

export interface Lease {
  readonly holder: string;
  readonly until: Date;
}

/** Of several processes one gets it. */
export async function claim(db: Knex.Transaction, id: number, { holder, until }: Lease, now: Date): Promise<boolean> {
  const claimed = await table(db)
    .where({ id })
    .where('send_at', '<=', now)
    .where((lease) => void lease.whereNull('leased_until').orWhere('leased_until', '<=', now))
    .update({ status: 'sending', lease_holder: holder, leased_until: until, updated_at: now });
  return claimed === 1;
}

/** Gives a claimed mail back untried. */
export const release = async (db: Knex.Transaction, id: number, holder: string, sendAt: Date): Promise<void> =>
  void (await table(db)
    .where({ id, lease_holder: holder })
    .update({ status: 'pending', lease_holder: null, leased_until: null, send_at: sendAt }));

export interface Failure {
  readonly tries: number;
  readonly priority: number;
  readonly error: string;
  readonly sendAt: Date;
}

export const fail = async (db: Knex.Transaction, id: number, holder: string, to: Failure, now: Date): Promise<void> =>
  void (await table(db)
    .where({ id, lease_holder: holder })
    .update({
      status: 'failed',
      tries: to.tries,
      priority: to.priority,
      last_error: to.error.slice(0, 1000),
      send_at: to.sendAt,
      lease_holder: null,
      leased_until: null,
      updated_at: now,
    }));

/** Whether it was still this holder's; then its posting is remembered. */
export async function leave(db: Knex.Transaction, email: QueuedEmail, holder: string, now: Date): Promise<boolean> {
  if ((await table(db).where({ id: email.id, lease_holder: holder }).del()) === 0) return false;
  await db('email_sent').insert({ posting: email.posting, sent_at: now }).onConflict('posting').ignore();
  return true;
}

export const removeOf = async (db: Knex.Transaction, clientId: number): Promise<void> =>
  void (await table(db).where({ client_id: clientId }).del());

/** A chunk at a time; returns how many went. */
export async function forgetSent(db: Knex.Transaction, before: Date, limit: number): Promise<number> {
  const rows = await db<{ posting: string; sent_at: StoredDate }>('email_sent')
    .where('sent_at', '<', before)
    .orderBy('sent_at')
    .limit(limit)
    .select('posting');
  const postings = rows.map(({ posting }) => posting);
  return postings.length === 0 ? 0 : db('email_sent').whereIn('posting', postings).del();
}

const toQueued = (secrets: Secrets, row: Row): QueuedEmail => ({
  id: row.id,
  posting: row.posting,
  recipient: row.recipient,
  toName: row.to_name ?? undefined,
  sender: row.sender,
  fromName: row.from_name ?? undefined,
  subject: row.subject,
  html: secrets.open(PURPOSE, row.content),
  shown: row.content_shown === null ? undefined : secrets.open(PURPOSE, row.content_shown),
  clientId: row.client_id ?? undefined,
  priority: row.priority,
  unsubscribeUrl: row.unsubscribe_url ?? undefined,
  sendAt: toDate(row.send_at),
  status: row.status,
  tries: row.tries,
  leasedUntil: toOptionalDate(row.leased_until),
  lastError: row.last_error ?? undefined,
  hasAttachment: row.attachment_name !== null,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});
