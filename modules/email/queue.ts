import { randomUUID } from 'node:crypto';
import { DAY, later, MINUTE, SECOND } from '#core/clock';
import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { messageOf } from '#core/error';
import { NotYet } from '#core/listener';
import { plainText } from '#core/mailer';
import type { Secrets } from '#core/secret';
import { compose, isDown, routeOf, type Route } from './carrier.ts';
import { emailQueued } from './event.ts';
import * as history from './history-repository.ts';
import * as queue from './queue-repository.ts';
import type { Filter, NewEmail, QueuedEmail } from './queue-repository.ts';
import type { MailSettings, ReadSettings } from './settings.ts';

export type Queue = ReturnType<typeof createQueue>;

interface Needs {
  readonly secrets: Secrets;
  readonly settings: ReadSettings;
  readonly fallback: { readonly mailUrl: string | undefined; readonly folder: string };
  readonly host: string;
}

/** Longer than a mail can take, so that no two processes send one at the same moment. */
const LEASE_MS = 30 * SECOND;
/** How long the others wait when the way out is closed. */
const DOWN_MS = 30 * SECOND;
/** A posting that is delivered again later than this is sent again. */
const REMEMBERED_MS = 7 * DAY;
const CHUNK = 100;

/** Minutes before try 2, 3, …, half an hour at most: 1, 2, 4, 8, 16. */
const pauseMs = (tries: number): number => Math.min(2 ** (tries - 1) * MINUTE, 30 * MINUTE);

export function createQueue({ secrets, settings, fallback, host }: Needs) {
  /** Ways that were closed a moment ago, as far as this process knows. */
  const closedUntil = new Map<string, Date>();

  return {
    list: (ctx: Context, filter: Filter, request: PageRequest): Promise<Page<QueuedEmail>> =>
      queue.list(ctx.db, secrets, filter, request),

    /** Ids of those that were new; each is sent once this is committed. */
    async add(ctx: Context, emails: readonly NewEmail[], also?: (tx: Tx) => Promise<void>): Promise<number[]> {
      try {
        return await atomic(ctx, async (tx) => {
          const ids: number[] = [];
          for (const email of emails) {
            if (await queue.isKnown(tx.db, email.posting)) continue;
            const id = await queue.insert(tx.db, secrets, email, tx.now);
            await tx.emit(emailQueued, { emailId: id });
            ids.push(id);
          }
          await also?.(tx);
          return ids;
        });
      } catch (error) {
        // The same posting at the same moment: the other one saw to it.
        if (isUniqueViolation(error)) return [];
        throw error;
      }
    },

    /** Sends one; throws `NotYet` when it is to be tried later. */
    send,

    /** Sends what is due, the urgent first, until the limits of the settings. */
    async sendDue(ctx: Context, options: { readonly withWaiting: boolean }): Promise<void> {
      const { queueOnce, timeLimitMinutes } = await settings(ctx);
      const end = performance.now() + timeLimitMinutes * MINUTE;
      if (options.withWaiting) await atomic(ctx, (tx) => queue.makeAllDue(tx.db, tx.now));
      const tried = new Set<number>();
      for (;;) {
        const ids = (await queue.listDue(ctx.db, ctx.now, CHUNK)).filter((id) => !tried.has(id));
        if (ids.length === 0) return;
        for (const id of ids) {
          if (performance.now() > end || (queueOnce > 0 && tried.size >= queueOnce)) return;
          tried.add(id);
          await send(ctx, id).catch((error: unknown) => {
            if (!(error instanceof NotYet)) ctx.log.warn('mail not sent', { emailId: id, error });
          });
        }
      }
    },

    /** Sends a letter past the queue; rejects with what the server says. */
    async sendAtOnce(ctx: Context, email: NewEmail): Promise<void> {
      const current = await settings(ctx);
      await carry(current, routeOf(current, fallback), email);
      if (current.isLogged) await atomic(ctx, (tx) => log(tx, email));
    },

    removeOf: (tx: Tx, clientId: number): Promise<void> => queue.removeOf(tx.db, clientId),

    /** Forgets what left the queue long ago. */
    async forgetSent(ctx: Context): Promise<void> {
      const before = later(ctx.now, -REMEMBERED_MS);
      while ((await atomic(ctx, (tx) => queue.forgetSent(tx.db, before, CHUNK))) === CHUNK);
    },
  };

  async function send(ctx: Context, id: number): Promise<void> {
    const email = await queue.find(ctx.db, secrets, id);
    if (email === undefined) return; // sent, or given up
    if (email.sendAt > ctx.now) throw new NotYet(email.sendAt);
    const current = await settings(ctx);
    const route = routeOf(current, fallback);
    const closed = closedUntil.get(route.key);
    if (closed !== undefined && closed > ctx.now) throw new NotYet(closed);
    const lease = { holder: randomUUID(), until: later(ctx.now, LEASE_MS) };
    if (!(await atomic(ctx, (tx) => queue.claim(tx.db, id, lease, tx.now)))) throw new NotYet(lease.until);
    try {
      const attachment = email.hasAttachment ? await queue.findAttachment(ctx.db, secrets, id) : undefined;
      await carry(current, route, { ...email, attachment });
    } catch (error) {
      if (isDown(error)) closedUntil.set(route.key, later(ctx.now, DOWN_MS));
      return failed(ctx, email, lease.holder, current, error);
    }
    closedUntil.delete(route.key);
    await atomic(ctx, async (tx) => {
      const isOurs = await queue.leave(tx.db, email, lease.holder, tx.now);
      if (isOurs && current.isLogged) await log(tx, email);
    });
  }

  async function failed(
    ctx: Context,
    email: QueuedEmail,
    holder: string,
    { cancelAfter, isLogged }: MailSettings,
    error: unknown,
  ): Promise<void> {
    const tries = email.tries + 1;
    const isGivenUp = tries > cancelAfter;
    const sendAt = later(ctx.now, pauseMs(tries));
    const reason = messageOf(error);
    ctx.log.warn('mail not sent', { emailId: email.id, tries, isGivenUp, reason });
    await atomic(ctx, async (tx) => {
      if (!isGivenUp) {
        const failure = { tries, priority: email.priority - 1, error: reason, sendAt };
        return queue.fail(tx.db, email.id, holder, failure, tx.now);
      }
      if (!(await queue.leave(tx.db, email, holder, tx.now))) return;
      if (isLogged) await log(tx, email);
      await tx.record(`Gave up the email "${email.subject}" to ${email.recipient} after ${tries} tries`, 'warning');
    });
    if (!isGivenUp) throw new NotYet(sendAt);
  }

  async function carry(current: MailSettings, route: Route, email: NewEmail): Promise<void> {
    const wired = await compose(
      {
        name: nameOf(email.posting),
        host,
        from: email.sender,
        fromName: email.fromName,
        to: email.recipient,
        toName: email.toName,
        subject: email.subject,
        html: email.html,
        text: plainText(email.html),
        unsubscribeUrl: email.unsubscribeUrl,
        attachment: email.attachment,
      },
      current,
    );
    await route.carry(wired);
  }

  async function log(tx: Tx, email: NewEmail): Promise<void> {
    const html = email.shown ?? email.html;
    const { clientId, sender, recipient, subject } = email;
    const logged = { clientId, sender, recipients: recipient, subject, html, text: plainText(html) };
    await history.insert(tx.db, secrets, logged, tx.now);
  }
}

/** Names a file and a Message-ID, whatever the template was called. */
const nameOf = (posting: string): string => posting.replaceAll(/[^\w-]/g, '_').slice(-180);
