import { toDate, toOptionalDate, type StoredDate } from '#core/db/columns';
import type { Standing, Window } from '../code/standing.ts';

export type ReleasedBy = 'device' | 'client' | 'staff' | 'moved';

/** One device bound to one code, as far as a check asks. */
export interface Binding extends Window {
  readonly id: number;
  readonly appId: number;
  readonly codeId: number;
  readonly deviceHash: string;
  readonly activeOrder: number;
  readonly isLive: boolean;
  readonly stepHash: string | undefined;
  readonly lastCheckAt: Date | undefined;
  readonly askedHash: string | undefined;
  readonly sealedAnswer: string | undefined;
}

export interface Activation extends Binding {
  readonly deviceId: string;
  readonly deviceInfo: string;
  readonly activatedAt: Date;
  readonly releasedAt: Date | undefined;
  readonly releasedBy: ReleasedBy | undefined;
  readonly ip: string | undefined;
}

export interface BindingRow {
  id: number;
  app_id: number;
  code_id: number;
  device_hash: string;
  active_order: number;
  live: number | null;
  step_hash: string | null;
  last_check_at: StoredDate | null;
  asked_hash: string | null;
  answer: string | null;
  standing: Standing;
  starts_at: StoredDate | null;
  expires_at: StoredDate | null;
}

export interface Row extends BindingRow {
  device_id: string;
  device_info: string;
  activated_at: StoredDate;
  released_at: StoredDate | null;
  released_by: ReleasedBy | null;
  ip: string | null;
}

export const toBinding = (row: BindingRow): Binding => ({
  id: Number(row.id),
  appId: row.app_id,
  codeId: Number(row.code_id),
  deviceHash: row.device_hash,
  activeOrder: row.active_order,
  isLive: row.live === 1,
  stepHash: row.step_hash ?? undefined,
  lastCheckAt: toOptionalDate(row.last_check_at),
  askedHash: row.asked_hash ?? undefined,
  sealedAnswer: row.answer ?? undefined,
  standing: row.standing,
  startsAt: toOptionalDate(row.starts_at),
  expiresAt: toOptionalDate(row.expires_at),
});

export const toActivation = (row: Row): Activation => ({
  ...toBinding(row),
  deviceId: row.device_id,
  deviceInfo: row.device_info,
  activatedAt: toDate(row.activated_at),
  releasedAt: toOptionalDate(row.released_at),
  releasedBy: row.released_by ?? undefined,
  ip: row.ip ?? undefined,
});
