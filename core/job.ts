import type { Context } from './context.ts';

export interface Job {
  /** Unique within its module; on the command line `module.name`. */
  readonly name: string;
  /** Five cron fields, in UTC. */
  readonly schedule: string;
  /** One call to a service, which handles each due item in its own transaction. */
  run(ctx: Context): Promise<unknown>;
}
