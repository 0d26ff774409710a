import type { Migration } from '#core/db/migrate';
import { createTwoFactor } from './001_create_two_factor.ts';
import { createTwoFactorRecovery } from './002_create_two_factor_recovery.ts';

export const migrations: readonly Migration[] = [createTwoFactor, createTwoFactorRecovery];
