import type { Knex } from 'knex';
import { toBoolean, toOptionalDate, type StoredDate } from '#core/db/columns';
import { paginate, whereContains, type Page, type PageRequest } from '#core/db/paginate';

/** A template as it is stored. The text of one that is neither custom nor overridden is in its file. */
export interface StoredTemplate {
  readonly id: number;
  readonly code: string;
  readonly category: string | undefined;
  readonly isEnabled: boolean;
  readonly isCustom: boolean;
  readonly isOverridden: boolean;
  readonly subject: string | undefined;
  readonly content: string | undefined;
  readonly description: string | undefined;
  readonly sealedVars: string | undefined;
  readonly lastError: string | undefined;
  readonly checkedAt: Date | undefined;
}

export interface Filter {
  readonly id?: number | undefined;
  readonly code?: string | undefined;
  readonly category?: string | undefined;
  readonly isEnabled?: boolean | undefined;
  readonly isCustom?: boolean | undefined;
  readonly search?: string | undefined;
}

interface Row {
  id: number;
  action_code: string;
  category: string | null;
  enabled: boolean | number;
  is_custom: boolean | number;
  is_overridden: boolean | number;
  subject: string | null;
  content: string | null;
  description: string | null;
  vars: string | null;
  last_error: string | null;
  error_checked_at: StoredDate | null;
}

const table = (db: Knex) => db<Row>('email_template');

export async function find(db: Knex, id: number): Promise<StoredTemplate | undefined> {
  const row = await table(db).where({ id }).first();
  return row && toTemplate(row);
}

export async function findByCode(db: Knex, code: string): Promise<StoredTemplate | undefined> {
  const row = await table(db).where({ action_code: code }).first();
  return row && toTemplate(row);
}

export async function findToChange(db: Knex.Transaction, id: number): Promise<StoredTemplate | undefined> {
  const row = await table(db).where({ id }).forUpdate().first();
  return row && toTemplate(row);
}

export function list(db: Knex, filter: Filter, request: PageRequest): Promise<Page<StoredTemplate>> {
  const query: Knex.QueryBuilder = db('email_template');
  if (filter.id !== undefined) void query.where({ id: filter.id });
  if (filter.code !== undefined) void whereContains(query, 'action_code', filter.code);
  if (filter.category !== undefined) void query.where({ category: filter.category });
  if (filter.isEnabled !== undefined) void query.where({ enabled: filter.isEnabled });
  if (filter.isCustom !== undefined) void query.where({ is_custom: filter.isCustom });
  const { search } = filter;
  if (search !== undefined)
    void query.where((either) => {
      for (const column of ['action_code', 'subject', 'content'])
        void either.orWhere((one) => void whereContains(one, column, search));
    });
  return paginate<Row, StoredTemplate>(
    query,
    request,
    (rows) => rows.orderBy(['category', 'action_code']).select('*'),
    toTemplate,
  );
}

/** A chunk of all, by id. */
export async function listAfter(db: Knex, id: number, limit: number): Promise<StoredTemplate[]> {
  return (await table(db).where('id', '>', id).orderBy('id').limit(limit)).map(toTemplate);
}

export async function listCodes(db: Knex): Promise<ReadonlySet<string>> {
  return new Set((await table(db).select('action_code')).map((row) => row.action_code));
}

export interface NewTemplate {
  readonly code: string;
  readonly category: string | undefined;
  readonly isEnabled: boolean;
  readonly isCustom: boolean;
  readonly subject: string;
  readonly content: string | undefined;
  readonly description: string | undefined;
}

export async function insert(db: Knex.Transaction, template: NewTemplate): Promise<number> {
  const [id = 0] = await table(db).insert({
    action_code: template.code,
    category: template.category ?? null,
    enabled: template.isEnabled,
    is_custom: template.isCustom,
    is_overridden: false,
    subject: template.subject.slice(0, 255),
    content: template.content ?? null,
    description: template.description ?? null,
  });
  return id;
}

export interface Change {
  readonly category?: string | undefined;
  readonly isEnabled?: boolean | undefined;
  readonly isOverridden?: boolean | undefined;
  readonly subject?: string | undefined;
  readonly content?: string | null | undefined;
}

export async function change(db: Knex.Transaction, id: number, to: Change): Promise<void> {
  const row = {
    ...(to.category !== undefined && { category: to.category || null }),
    ...(to.isEnabled !== undefined && { enabled: to.isEnabled }),
    ...(to.isOverridden !== undefined && { is_overridden: to.isOverridden }),
    ...(to.subject !== undefined && { subject: to.subject }),
    ...(to.content !== undefined && { content: to.content }),
  };
  if (Object.keys(row).length > 0) await table(db).where({ id }).update(row);
}

export const setError = async (db: Knex.Transaction, id: number, error: string | undefined, now: Date): Promise<void> =>
  void (await table(db)
    .where({ id })
    .update({ last_error: error?.slice(0, 1000) ?? null, error_checked_at: now }));

export const setVars = async (db: Knex.Transaction, id: number, sealed: string): Promise<void> =>
  void (await table(db).where({ id }).update({ vars: sealed }));

export const setAllEnabled = async (db: Knex.Transaction, isEnabled: boolean): Promise<void> =>
  void (await table(db).update({ enabled: isEnabled }));

export async function removeCustom(db: Knex.Transaction, ids: readonly number[]): Promise<number> {
  await db('email_template_group')
    .whereIn(
      'email_template_id',
      table(db)
        .whereIn('id', [...ids])
        .where({ is_custom: true })
        .select('id'),
    )
    .del();
  return table(db)
    .whereIn('id', [...ids])
    .where({ is_custom: true })
    .del();
}

export async function listGroupIds(db: Knex, templateId: number): Promise<number[]> {
  const rows = await db<{ email_template_id: number; admin_group_id: number }>('email_template_group')
    .where({ email_template_id: templateId })
    .orderBy('admin_group_id')
    .select('admin_group_id');
  return rows.map((row) => row.admin_group_id);
}

export async function addGroups(
  db: Knex.Transaction,
  templateId: number,
  groupIds: readonly number[],
  now: Date,
): Promise<void> {
  if (groupIds.length === 0) return;
  await db('email_template_group')
    .insert(groupIds.map((id) => ({ email_template_id: templateId, admin_group_id: id, created_at: now })))
    .onConflict(['email_template_id', 'admin_group_id'])
    .ignore();
}

export const removeGroup = async (db: Knex.Transaction, templateId: number, groupId: number): Promise<void> =>
  void (await db('email_template_group').where({ email_template_id: templateId, admin_group_id: groupId }).del());

export const isGroupUsed = async (db: Knex, groupId: number): Promise<boolean> =>
  (await db('email_template_group').where({ admin_group_id: groupId }).first('id')) !== undefined;

const toTemplate = (row: Row): StoredTemplate => ({
  id: row.id,
  code: row.action_code,
  category: row.category ?? undefined,
  isEnabled: toBoolean(row.enabled),
  isCustom: toBoolean(row.is_custom),
  isOverridden: toBoolean(row.is_overridden),
  subject: row.subject ?? undefined,
  content: row.content ?? undefined,
  description: row.description ?? undefined,
  sealedVars: row.vars ?? undefined,
  lastError: row.last_error ?? undefined,
  checkedAt: toOptionalDate(row.error_checked_at),
});
