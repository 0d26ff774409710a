import type { AdminActor } from '../actor.ts';
import type { Context } from '../context.ts';
import type { Money } from '../money.ts';
import type { Phrase } from './phrase.ts';

/** A card of the staff's dashboard. What it loads costs a few queries over an index, however much there is. */
export type Widget = Card &
  (
    | { readonly kind: 'figures'; load(ctx: Ctx): Promise<readonly Figure[]> }
    | { readonly kind: 'rows'; load(ctx: Ctx): Promise<readonly Row[]> }
    | { readonly kind: 'bars'; load(ctx: Ctx): Promise<readonly Bar[]> }
  );

type Ctx = Context<AdminActor>;

interface Card {
  /** A key of the module's words, or the title itself. */
  readonly title: string;
  /** Permission key of the module without which staff do not see it. */
  readonly permission: string;
  /** Smaller comes first. */
  readonly order: number;
  /** Where there is more of it. */
  readonly href?: string;
  /** What rows say when there are none; a key of the module's words. */
  readonly empty?: string;
}

export interface Figure {
  /** A key of the module's words, or the title itself. */
  readonly title: string;
  readonly value: number | Money;
  readonly href?: string | undefined;
  /** Something is to be done about it as soon as it is not 0. */
  readonly isTrouble?: boolean;
}

export interface Row {
  readonly title: string | Phrase;
  readonly text?: string | Phrase | undefined;
  readonly href?: string | undefined;
  readonly at?: Date | undefined;
  readonly status?: string | undefined;
}

export interface Bar {
  readonly day: Date;
  readonly amount: Money;
}
