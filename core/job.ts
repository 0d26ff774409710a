import type { Context } from './context.ts';

export interface Job {
  /** Unique within its module; on the command line `module.name`. */
  readonly name: string;
  /** Five cron fields, in UTC. */
  readonly schedule: string;
  /** Its part in the run that an outside cron asks for (spec C12); a job without one is left to its schedule. */
  readonly cron?: CronStep;
  /** One call to a service, which handles each due item in its own transaction. */
  run(ctx: Context): Promise<unknown>;
}

/**
 * A run goes from the lowest order to the highest: 10 credit is spent, 20 what is paid becomes active, 30 invoices are
 * issued, 40 reminders, 50 what is due is announced, 60 warnings of suspension, 70 suspension, 80 and 90 the cancellation
 * of what is suspended and unpaid, 100 tickets, 110 links that are over, 120 carts, 130 mail, 200 housekeeping.
 */
export interface CronStep {
  readonly order: number;
  /** The run ends when it fails; other failures are noted, and the run goes on. */
  readonly isVital?: boolean;
}
