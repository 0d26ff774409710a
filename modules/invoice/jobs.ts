import type { Job } from '#core/job';
import type { InvoiceModule } from './invoice-module.ts';

/** What happens to invoices by itself; the order is that of the contract's cron run (invoicing spec 18.2). */
export const invoiceJobs = (module: InvoiceModule): readonly Job[] => [
  {
    name: 'pay-with-credits',
    schedule: '*/5 * * * *',
    cron: { order: 10, isVital: true },
    run: (ctx) => module.payAllWithCredit(ctx),
  },
  {
    name: 'run-paid-tasks',
    schedule: '1-59/5 * * * *',
    cron: { order: 20, isVital: true },
    run: (ctx) => module.runPaidTasks(ctx),
  },
  {
    name: 'invoice-renewals',
    schedule: '2-59/5 * * * *',
    cron: { order: 30 },
    run: (ctx) => module.renewals.renewSoonExpiring(ctx),
  },
  {
    name: 'remind',
    schedule: '7 * * * *',
    cron: { order: 40 },
    run: (ctx) => module.reminders.runDue(ctx, { oncePerDay: true }),
  },
  {
    name: 'remove-stale',
    schedule: '43 4 * * *',
    cron: { order: 200 },
    run: (ctx) => module.reminders.removeStale(ctx),
  },
];
