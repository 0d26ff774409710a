import type { Knex } from 'knex';
import { toDate, type StoredDate } from '#core/db/columns';

/** Letters whose last try went wrong, the latest first. */
export async function listFailed(
  db: Knex,
  limit: number,
): Promise<{ subject: string; recipient: string; updatedAt: Date }[]> {
  const rows = (await db('email_queue')
    .where({ status: 'failed' })
    .orderBy('id', 'desc')
    .limit(limit)
    .select('subject', 'recipient', 'updated_at')) as { subject: string; recipient: string; updated_at: StoredDate }[];
  return rows.map(({ subject, recipient, updated_at }) => ({ subject, recipient, updatedAt: toDate(updated_at) }));
}

/** The latest letters to a client, without their texts. */
export async function listSentTo(
  db: Knex,
  clientId: number,
  { before, limit }: { readonly before: Date | undefined; readonly limit: number },
): Promise<{ id: number; subject: string; at: Date }[]> {
  const query = db('activity_client_email').where({ client_id: clientId });
  if (before !== undefined) void query.where('created_at', '<', before);
  const rows = (await query.orderBy('id', 'desc').limit(limit).select('id', 'subject', 'created_at')) as {
    id: number;
    subject: string | null;
    created_at: StoredDate;
  }[];
  return rows.map(({ id, subject, created_at }) => ({ id, subject: subject ?? '', at: toDate(created_at) }));
}
