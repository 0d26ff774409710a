import type { AdminActor } from '../actor.ts';
import type { Context } from '../context.ts';

/** What staff find by the field in the panel's head. */
export interface Search {
  /** A key of the module's words, or the title itself. */
  readonly title: string;
  /** Permission key of the module without which staff find nothing of it. */
  readonly permission: string;
  /** `limit` at most, each by a look-up in an index: it is asked with every search. */
  find(ctx: Context<AdminActor>, text: string, limit: number): Promise<readonly Hit[]>;
}

export interface Hit {
  readonly title: string;
  /** What tells it from others of that title. */
  readonly text?: string | undefined;
  readonly href: string;
}
