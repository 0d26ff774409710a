import type { Migration } from '#core/db/migrate';
import { createSandboxPayment } from './001_create_sandbox_payment.ts';
import { createSandboxNotice } from './002_create_sandbox_notice.ts';
import { createSandboxRefund } from './003_create_sandbox_refund.ts';

export const migrations: readonly Migration[] = [createSandboxPayment, createSandboxNotice, createSandboxRefund];
