import type { Context } from './context.ts';
import type { Letter } from './listener.ts';

/** A letter on its way from the module that wrote it. */
export interface Posting {
  readonly module: string;
  readonly template: string;
  /** Of the module: its texts are in `views/mail/`. */
  readonly folder: URL;
  readonly letter: Letter;
  /** The same when the same letter is posted again, which happens. */
  readonly id: string;
}

/** Sees to it that letters are sent. It may be handed one twice and must not mind. */
export interface PostOffice {
  send(ctx: Context, posting: Posting): Promise<void>;
}
