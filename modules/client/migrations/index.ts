import type { Migration } from '#core/db/migrate';
import { createClientGroup } from './001_create_client_group.ts';
import { seedClientGroup } from './002_seed_client_group.ts';
import { createClient } from './003_create_client.ts';
import { createClientBalance } from './004_create_client_balance.ts';
import { createClientPasswordReset } from './005_create_client_password_reset.ts';
import { createClientEmailConfirmation } from './006_create_client_email_confirmation.ts';
import { createActivityClientHistory } from './007_create_activity_client_history.ts';
import { indexClientCountry } from './008_index_client_country.ts';
import { allowClientWithoutEmail } from './009_allow_client_without_email.ts';
import { indexClientNames } from './010_index_client_names.ts';

export const migrations: readonly Migration[] = [
  createClientGroup,
  seedClientGroup,
  createClient,
  createClientBalance,
  createClientPasswordReset,
  createClientEmailConfirmation,
  createActivityClientHistory,
  indexClientCountry,
  allowClientWithoutEmail,
  indexClientNames,
];
