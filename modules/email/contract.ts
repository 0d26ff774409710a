import type { Context, Tx } from '#core/context';
import { defineService } from '#core/service';

/** All that other modules may see of e-mail. */

/** Words for one person, or for the staff that a template is for. */
export type Recipient =
  | { readonly to: string; readonly toName?: string | undefined }
  | { readonly clientId: number }
  | { readonly staff: true };

export interface TemplateLetter {
  readonly code: string;
  readonly recipient: Recipient;
  readonly vars?: Readonly<Record<string, unknown>>;
  readonly from?: string | undefined;
  readonly fromName?: string | undefined;
  /** For a template that is not there yet. */
  readonly fallback?: {
    readonly subject?: string | undefined;
    readonly content?: string | undefined;
    readonly description?: string | undefined;
  };
  /** Tried before the call ends; a failure leaves it in the queue. */
  readonly isUrgent?: boolean;
  /** The same letter asked for twice under one id is sent once. */
  readonly id?: string;
}

/** A letter that was sent, for the history of mail. */
export interface SentEmail {
  readonly clientId: number | undefined;
  readonly sender: string | undefined;
  readonly recipients: string | undefined;
  readonly subject: string;
  readonly html: string | undefined;
  readonly text: string | undefined;
}

export interface EmailService {
  /** Whether somebody gets it: the template may be disabled, and staff letters may be for nobody. */
  sendTemplate(ctx: Context, letter: TemplateLetter): Promise<boolean>;
  /** Adds a line to the history of mail. */
  record(tx: Tx, email: SentEmail): Promise<void>;
  /** Forgets what was sent before `time`, `limit` lines at most; returns how many went. */
  forgetBefore(tx: Tx, time: Date, limit: number): Promise<number>;
}

export const emailService = defineService<EmailService>('email');
