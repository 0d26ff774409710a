import type { Knex } from 'knex';
import type { Actor } from './actor.ts';
import { insertMany } from './db/bulk.ts';

/** Numbers as in the contract (spec A15): the smaller, the graver. */
export const PRIORITIES = {
  emergency: 0,
  alert: 1,
  critical: 2,
  error: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
} as const;
export type Priority = keyof typeof PRIORITIES;

interface Acting {
  readonly db: Knex.Transaction;
  readonly actor: Actor;
  readonly ip: string | undefined;
  readonly now: Date;
}

export interface ActivityLine {
  readonly message: string;
  readonly priority: Priority;
}

/** Lines of the activity log, written with the change they tell of. */
export const recordActivity = ({ db, actor, ip, now }: Acting, lines: readonly ActivityLine[]): Promise<void> =>
  insertMany(
    db,
    'activity_system',
    lines.map(({ message, priority }) => ({
      priority: PRIORITIES[priority],
      admin_id: actor.kind === 'admin' ? actor.id : null,
      client_id: actor.kind === 'client' ? actor.id : null,
      message,
      ip: ip ?? null,
      created_at: now,
    })),
  );
