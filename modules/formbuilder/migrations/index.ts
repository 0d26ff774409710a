import type { Migration } from '#core/db/migrate';
import { createForm } from './001_create_form.ts';
import { createFormField } from './002_create_form_field.ts';

export const migrations: readonly Migration[] = [createForm, createFormField];
