import type { Knex } from 'knex';
import { toBoolean, toDate, type StoredDate } from '#core/db/columns';
import type { Field, FieldType } from './contract.ts';

export interface Style {
  readonly type: string;
  readonly showsTitle: boolean;
}

export interface Form {
  readonly id: number;
  readonly name: string;
  readonly style: Style;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

interface FormRow {
  id: number;
  name: string;
  style: string;
  created_at: StoredDate;
  updated_at: StoredDate;
}

interface FieldRow {
  id: number;
  form_id: number;
  name: string;
  label: string;
  description: string | null;
  type: FieldType;
  default_value: string | null;
  hide_label: unknown;
  required: unknown;
  hidden: unknown;
  readonly: unknown;
  is_unique: unknown;
  prefix: string | null;
  suffix: string | null;
  options: string | null;
  show_initial: string | null;
  show_middle: string | null;
  show_prefix: string | null;
  show_suffix: string | null;
  text_size: number | null;
  created_at: StoredDate;
  updated_at: StoredDate;
}

export async function find(db: Knex, id: number): Promise<Form | undefined> {
  const row = await db<FormRow>('form').where({ id }).first();
  return row && toForm(row);
}

/** Also locks it, so that changes of one form follow each other. */
export async function findForUpdate(db: Knex.Transaction, id: number): Promise<Form | undefined> {
  const row = await db<FormRow>('form').where({ id }).forUpdate().first();
  return row && toForm(row);
}

export const listNames = (db: Knex): Promise<{ id: number; name: string }[]> =>
  db<FormRow>('form').orderBy('id').select('id', 'name');

export async function insert(db: Knex.Transaction, name: string, style: Style, now: Date): Promise<number> {
  const [id] = await db('form').insert({ name, style: toStyleText(style), created_at: now, updated_at: now });
  return Number(id);
}

export async function update(
  db: Knex.Transaction,
  id: number,
  { name, style }: Pick<Form, 'name' | 'style'>,
  now: Date,
): Promise<void> {
  await db('form')
    .where({ id })
    .update({ name, style: toStyleText(style), updated_at: now });
}

/** With its fields. */
export async function remove(db: Knex.Transaction, id: number): Promise<void> {
  await db('form_field').where({ form_id: id }).del();
  await db('form').where({ id }).del();
}

export async function findField(db: Knex, id: number): Promise<Field | undefined> {
  const row = await db<FieldRow>('form_field').where({ id }).first();
  return row && toField(row);
}

export async function listFields(db: Knex, formId: number): Promise<Field[]> {
  const rows = await db<FieldRow>('form_field').where({ form_id: formId }).orderBy('id');
  return rows.map(toField);
}

export type NewField = Omit<Field, 'id' | 'createdAt' | 'updatedAt'>;

export async function insertField(db: Knex.Transaction, field: NewField, now: Date): Promise<number> {
  const [id] = await db('form_field').insert({ ...toRow(field), created_at: now, updated_at: now });
  return Number(id);
}

/** Writes all of it. */
export async function updateField(db: Knex.Transaction, id: number, field: NewField, now: Date): Promise<void> {
  await db('form_field')
    .where({ id })
    .update({ ...toRow(field), updated_at: now });
}

export const removeField = async (db: Knex.Transaction, id: number): Promise<boolean> =>
  (await db('form_field').where({ id }).del()) > 0;

/** As in FOSSBilling, so that its rows fit. */
const toStyleText = ({ type, showsTitle }: Style): string =>
  JSON.stringify({ type, show_title: showsTitle ? '1' : '0' });

function toForm(row: FormRow): Form {
  const style = JSON.parse(row.style) as { type?: string; show_title?: string };
  return {
    id: row.id,
    name: row.name,
    style: { type: style.type ?? 'horizontal', showsTitle: style.show_title === '1' },
    createdAt: toDate(row.created_at),
    updatedAt: toDate(row.updated_at),
  };
}

const toRow = (field: NewField): Omit<FieldRow, 'id' | 'created_at' | 'updated_at'> => ({
  form_id: field.formId,
  name: field.name,
  label: field.label,
  description: field.description ?? null,
  type: field.type,
  default_value: field.defaultValue ?? null,
  hide_label: field.hidesLabel ?? null,
  required: field.isRequired ?? null,
  hidden: field.isHidden ?? null,
  readonly: field.isReadonly ?? null,
  is_unique: field.isUnique ?? null,
  prefix: field.prefix ?? null,
  suffix: field.suffix ?? null,
  options: field.options ?? null,
  show_initial: field.showInitial ?? null,
  show_middle: field.showMiddle ?? null,
  show_prefix: field.showPrefix ?? null,
  show_suffix: field.showSuffix ?? null,
  text_size: field.textSize ?? null,
});

const toField = (row: FieldRow): Field => ({
  id: row.id,
  formId: row.form_id,
  name: row.name,
  label: row.label,
  description: row.description ?? undefined,
  type: row.type,
  defaultValue: row.default_value ?? undefined,
  hidesLabel: toFlag(row.hide_label),
  isRequired: toFlag(row.required),
  isHidden: toFlag(row.hidden),
  isReadonly: toFlag(row.readonly),
  isUnique: toFlag(row.is_unique),
  prefix: row.prefix ?? undefined,
  suffix: row.suffix ?? undefined,
  options: row.options ?? undefined,
  showInitial: row.show_initial ?? undefined,
  showMiddle: row.show_middle ?? undefined,
  showPrefix: row.show_prefix ?? undefined,
  showSuffix: row.show_suffix ?? undefined,
  textSize: row.text_size ?? undefined,
  createdAt: toDate(row.created_at),
  updatedAt: toDate(row.updated_at),
});

const toFlag = (value: unknown): boolean | undefined => (value === null ? undefined : toBoolean(value));
