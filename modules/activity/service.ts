import { DAY, later } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import type { Page, PageRequest } from '#core/db/paginate';
import { notFound } from '#core/error';
import type { SettingStore } from '#core/settings';
import type { ClientService } from '#modules/client/contract';
import type { EmailService, SentEmail } from '#modules/email/contract';
import type { StaffService } from '#modules/staff/contract';
import * as log from './repository.ts';

/** Somebody a line is about, as far as there is such an account still. */
export interface Person {
  readonly id: number;
  readonly name: string;
  readonly email: string | undefined;
}

export interface ToldLine {
  readonly line: log.Line;
  readonly staff: Person | undefined;
  readonly client: Person | undefined;
}

export interface Activity {
  list(ctx: Context, filter: log.Filter, page: PageRequest): Promise<Page<ToldLine>>;
  log(ctx: Context, line: Omit<log.NewLine, 'ip'>): Promise<void>;
  /** Adds a letter that somebody else sent to the history of mail. */
  logEmail(ctx: Context, email: SentEmail): Promise<void>;
  /** Removes lines, sign-ins and letters that are older than staff want to keep. */
  purge(ctx: Context): Promise<void>;
}

interface Needs {
  readonly settings: SettingStore;
  readonly staff: StaffService;
  readonly clients: ClientService;
  readonly emails: EmailService | undefined;
}

const KEPT_DAYS = 90;
const CHUNK = 1000;

export function createActivity({ settings, staff, clients, emails }: Needs): Activity {
  return {
    async list(ctx, filter, request) {
      const page = await log.list(ctx.db, filter, request);
      const ids = (pick: (line: log.Line) => number | undefined) => [
        ...new Set(page.items.flatMap((line) => pick(line) ?? [])),
      ];
      const [staffIds, clientIds] = [ids((line) => line.adminId), ids((line) => line.clientId)];
      const members = staffIds.length > 0 ? await staff.findAll(ctx, staffIds) : undefined;
      const buyers = clientIds.length > 0 ? await clients.summaries(ctx, clientIds) : undefined;
      const items = page.items.map((line) => {
        const member = members?.get(line.adminId ?? 0);
        const buyer = buyers?.get(line.clientId ?? 0);
        const name = [buyer?.first_name, buyer?.last_name].filter(Boolean).join(' ');
        return { line, staff: member, client: buyer && { id: buyer.id, name, email: buyer.email } };
      });
      return { ...page, items };
    },

    log: (ctx, line) => atomic(ctx, (tx) => log.insert(tx.db, { ...line, ip: tx.ip }, tx.now)),

    async logEmail(ctx, email) {
      if (emails === undefined) throw notFound('activity.no_mail', 'There is no history of e-mail.');
      await atomic(ctx, (tx) => emails.record(tx, email));
    },

    async purge(ctx) {
      const config = await settings.config(ctx, 'mod_activity');
      const kept = config['max_age'] ?? KEPT_DAYS;
      await forget(ctx, kept, (tx, time) => log.removeBefore(tx.db, time, CHUNK));
      await forget(ctx, kept, (tx, time) => clients.forgetSignInsBefore(tx, time, CHUNK));
      await forget(ctx, kept, (tx, time) => staff.forgetSignInsBefore(tx, time, CHUNK));
      if (emails !== undefined)
        await forget(ctx, config['email_max_age'], (tx, time) => emails.forgetBefore(tx, time, CHUNK));
    },
  };
}

/** A chunk at a time, so that nobody waits for a long transaction. 0 days and what is no number keep everything. */
async function forget(
  ctx: Context,
  keptDays: unknown,
  removeBefore: (tx: Tx, time: Date) => Promise<number>,
): Promise<void> {
  const days = Number(keptDays);
  if (!(days > 0)) return;
  const oldest = later(ctx.now, -days * DAY);
  while ((await atomic(ctx, (tx) => removeBefore(tx, oldest))) === CHUNK);
}
