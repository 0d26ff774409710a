import type { Context } from '#core/context';
import { defineService } from '#core/service';

/** All that other modules may see of the sandbox. */

export type Outcome = 'pay' | 'pend' | 'fail' | 'cancel' | 'renew';

export interface SandboxService {
  /** Decides what becomes of a payment, as the buttons of its page do; `script` says what the sandbox does wrong with it. */
  act(ctx: Context, reference: string, outcome: Outcome, script: Readonly<Record<string, unknown>>): Promise<void>;
}

export const sandboxService = defineService<SandboxService>('gateway-sandbox');
