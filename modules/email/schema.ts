import { Type, type Static } from '@sinclair/typebox';
import sanitize from 'sanitize-html';
import { invalidInput } from '#core/error';
import { DateTime, Id, List, MapOf, Or, parseDate, required, Text } from '#core/schema';
import type { StaffGroup } from '#modules/staff/contract';
import type { Filter, LoggedEmail } from './history-repository.ts';
import type { QueuedEmail } from './queue-repository.ts';
import type { Template } from './templates.ts';
import type { Values } from './values.ts';

const NullableText = Or(Type.String());

export const EmailId = { id: required('Email ID was not passed', Id) };
export const Ids = { ids: required('IDs were not passed', List(Id)) };

/** What a list of letters is narrowed by. Empty text is no filter. */
export const historyFilter = {
  id: Type.Optional(Text()),
  sender: Type.Optional(Text()),
  recipient: Type.Optional(Text()),
  subject: Type.Optional(Text()),
  search: Type.Optional(Text({ description: 'In sender, recipient and subject.' })),
  date_from: Type.Optional(Text({ description: 'YYYY-MM-DD' })),
  date_to: Type.Optional(Text({ description: 'YYYY-MM-DD; this day is included.' })),
};

type SentFilter = Partial<Readonly<Record<keyof typeof historyFilter, string>>>;

export const readFilter = ({ id, date_from: from, date_to: to, ...texts }: SentFilter): Filter => ({
  id: id ? Number(id) || 0 : undefined,
  sender: texts.sender || undefined,
  recipient: texts.recipient || undefined,
  subject: texts.subject || undefined,
  search: texts.search || undefined,
  from: dayOf('date_from', from, 0),
  before: dayOf('date_to', to, 1),
});

/** Midnight in the wire's zone, `days` later. */
function dayOf(name: string, text: string | undefined, days: number): Date | undefined {
  if (text === undefined || text === '') return undefined;
  const date = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseDate(text) : undefined;
  if (date === undefined) throw invalidInput('email.date', `Parameter "${name}" must be a date (YYYY-MM-DD).`);
  return new Date(date.getFullYear(), date.getMonth(), date.getDate() + days);
}

export const EmailView = Type.Object({
  id: Type.Integer(),
  client_id: Or(Type.Integer()),
  sender: NullableText,
  recipients: NullableText,
  subject: NullableText,
  content_html: NullableText,
  content_text: NullableText,
  has_attachment: Type.Boolean(),
  created_at: DateTime,
  updated_at: Or(DateTime),
});

export const presentEmail = (email: LoggedEmail): Static<typeof EmailView> => ({
  id: email.id,
  client_id: email.clientId ?? null,
  sender: email.sender ?? null,
  recipients: email.recipients ?? null,
  subject: email.subject ?? null,
  content_html: email.html === undefined ? null : clean(email.html),
  content_text: email.text ?? null,
  has_attachment: email.hasAttachment,
  created_at: email.createdAt,
  updated_at: email.updatedAt ?? null,
});

/** Letters are shown inside the panel: nothing in them may run there or call home. */
export const clean = (html: string): string =>
  sanitize(html, {
    allowedTags: [...sanitize.defaults.allowedTags, 'center', 'font'],
    allowedAttributes: { a: ['href', 'title'], '*': ['align', 'valign', 'width', 'height', 'colspan', 'rowspan'] },
    allowedSchemes: ['http', 'https', 'mailto'],
  });

export const QueuedView = Type.Object({
  id: Type.Integer(),
  recipient: Type.String(),
  subject: Type.String(),
  content: Type.String(),
  to_name: NullableText,
  status: Type.String(),
  tries: Type.Integer(),
  has_attachment: Type.Boolean(),
  created_at: DateTime,
  updated_at: DateTime,
});

export const presentQueued = (email: QueuedEmail): Static<typeof QueuedView> => ({
  id: email.id,
  recipient: email.recipient,
  subject: email.subject,
  content: email.shown ?? email.html,
  to_name: email.toName ?? null,
  status: email.status,
  tries: email.tries,
  has_attachment: email.hasAttachment,
  created_at: email.createdAt,
  updated_at: email.updatedAt,
});

export const TemplateRow = Type.Object({
  id: Type.Integer(),
  action_code: Type.String(),
  category: NullableText,
  enabled: Type.Boolean(),
  subject: Type.String(),
  description: NullableText,
  is_custom: Type.Boolean(),
  has_default: Type.Boolean(),
  is_overridden: Type.Boolean(),
  has_error: Type.Boolean(),
  last_error: NullableText,
});

export const presentRow = (template: Template): Static<typeof TemplateRow> => ({
  id: template.id,
  action_code: template.code,
  category: template.category ?? null,
  enabled: template.isEnabled,
  subject: template.subject,
  description: template.description ?? '',
  is_custom: template.isCustom,
  has_default: template.hasDefault,
  is_overridden: template.isOverridden,
  has_error: template.lastError !== undefined,
  last_error: template.lastError ?? null,
});

export const TemplateView = Type.Object({
  ...TemplateRow.properties,
  content: Type.String(),
  vars: MapOf(Type.Unknown()),
  subject_override: NullableText,
  content_override: NullableText,
});

export const presentTemplate = (template: Template, vars: Values): Static<typeof TemplateView> => ({
  ...presentRow(template),
  description: template.description ?? null,
  content: template.content,
  vars: { ...vars },
  subject_override: template.isOverridden ? template.subject : null,
  content_override: template.isOverridden ? template.content : null,
});

export const GroupView = Type.Object({ id: Type.Integer(), name: Type.String(), protected: Type.Boolean() });

export const presentGroup = ({ id, name, isProtected }: StaffGroup): Static<typeof GroupView> => ({
  id,
  name,
  protected: isProtected,
});
