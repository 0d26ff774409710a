import { atomic, type Context } from '#core/context';
import { DAY } from '#core/clock';
import type { SettingStore } from '#core/settings';
import { invoiceBeingReminded, invoiceDueSoon, invoiceOverdue, invoiceReminded } from './contract.ts';
import { daysBetween, daysFrom, startOfDay } from './day.ts';
import * as due from './repository-due.ts';
import * as invoices from './repository.ts';
import type { Rules } from './rules.ts';
import { getForUpdate, type Invoices } from './service.ts';

interface Needs {
  readonly invoices: Invoices;
  readonly settings: SettingStore;
  rules(ctx: Context): Promise<Rules>;
}

export type Reminders = ReturnType<typeof createReminders>;

const CHUNK = 500;
/** When the daily batch ran last. */
const RAN_AT = 'invoice_overdue_invoked';

/** Letters about what is due (invoicing spec 5.12). An invoice is claimed once a day, so two processes send one letter. */
export function createReminders({ invoices: lent, settings, rules }: Needs) {
  return {
    /** Sent by staff: whatever the day. Does nothing for what is paid. */
    remind: (ctx: Context, id: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        const invoice = await getForUpdate(tx, id);
        if (invoice.status === 'paid') return;
        await tx.ask(invoiceBeingReminded, { invoiceId: id });
        const hashExpiresAt = (await rules(tx)).hashExpiry(tx.now);
        await invoices.update(tx.db, id, { remindedAt: tx.now, hashExpiresAt }, tx.now);
        await tx.emit(invoiceReminded, { invoiceId: id });
        await tx.record(`Reminded of invoice #${id}`);
      }),

    /** False when it ran within a day and `oncePerDay` is asked for. */
    async runDue(ctx: Context, { oncePerDay }: { oncePerDay: boolean }): Promise<boolean> {
      const mayRun = await atomic(ctx, async (tx) => {
        const last = Date.parse((await settings.paramForUpdate(tx, RAN_AT)) ?? '');
        const wasToday = last <= tx.now.getTime() && tx.now.getTime() - last < DAY; // a clock that was ahead is no reason to wait
        if (oncePerDay && wasToday) return false;
        await settings.saveParam(tx, RAN_AT, tx.now.toISOString());
        return true;
      });
      if (mayRun) await sendDue(ctx);
      return mayRun;
    },

    sendDue,

    /** Deletes what was not paid for longer than staff allow. */
    async removeStale(ctx: Context): Promise<void> {
      const { removesAfterDays } = await rules(ctx);
      if (removesAfterDays === undefined) return;
      const before = daysFrom(ctx.now, -removesAfterDays);
      for (;;) {
        const ids = await due.listStale(ctx.db, before, CHUNK);
        for (const id of ids) {
          await atomic(ctx, async (tx) => {
            const invoice = await invoices.findForUpdate(tx.db, id);
            if (invoice?.status === 'unpaid') await lent.remove(tx, id);
          });
        }
        if (ids.length < CHUNK) return;
      }
    },
  };

  async function sendDue(ctx: Context): Promise<void> {
    const { remindsBeforeDays, remindsAfterDays } = await rules(ctx);
    for (const days of remindsBeforeDays) await claimAll(ctx, daysFrom(ctx.now, days));
    for (const days of remindsAfterDays) await claimAll(ctx, daysFrom(ctx.now, -days));
  }

  /** Those that are due on one day. */
  async function claimAll(ctx: Context, day: Date): Promise<void> {
    for (;;) {
      const ids = await due.listUnclaimed(ctx.db, day, startOfDay(ctx.now), CHUNK);
      for (const id of ids) await claim(ctx, id, day);
      if (ids.length < CHUNK) return;
    }
  }

  async function claim(ctx: Context, id: number, day: Date): Promise<void> {
    const days = daysBetween(ctx.now, day);
    await atomic(ctx, async (tx) => {
      const hashExpiresAt = (await rules(tx)).hashExpiry(tx.now);
      if (!(await due.claim(tx.db, id, startOfDay(tx.now), { at: tx.now, hashExpiresAt }))) return;
      if (days > 0) await tx.emit(invoiceDueSoon, { invoiceId: id, days });
      else await tx.emit(invoiceOverdue, { invoiceId: id, days: -days });
    });
  }
}
