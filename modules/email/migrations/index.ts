import type { Migration } from '#core/db/migrate';
import { createEmailTemplate } from './001_create_email_template.ts';
import { createEmailTemplateGroup } from './002_create_email_template_group.ts';
import { createEmailQueue } from './003_create_email_queue.ts';
import { indexEmailQueue } from './004_index_email_queue.ts';
import { createEmailSent } from './005_create_email_sent.ts';
import { createActivityClientEmail } from './006_create_activity_client_email.ts';
import { widenAttachment } from './007_widen_attachment.ts';
import { indexEmailStatus } from './008_index_email_status.ts';

export const migrations: readonly Migration[] = [
  createEmailTemplate,
  createEmailTemplateGroup,
  createEmailQueue,
  indexEmailQueue,
  createEmailSent,
  createActivityClientEmail,
  widenAttachment,
  indexEmailStatus,
];
