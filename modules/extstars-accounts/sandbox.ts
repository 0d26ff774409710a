import type { Context } from '#core/context';
import { conflict } from '#core/error';
import type { SandboxService } from '#modules/gateway-sandbox/contract';
import type { Orders } from './order/service.ts';
import type { ReadRules } from './rules.ts';

export interface Script {
  readonly delay?: number;
  readonly repeat?: number;
  readonly tamper?: 'sum' | 'currency' | 'signature';
}

export type PayInSandbox = (
  ctx: Context,
  orderId: number,
  outcome: 'paid' | 'closed',
  script: Script,
) => Promise<string>;

const TAMPERED = { sum: 'wrong_amount', currency: 'wrong_currency', signature: 'wrong_signature' } as const;

/** The same as the buttons of the sandbox's page, for automated tests of apps (spec 6.5). */
export const createPayInSandbox =
  (sandbox: SandboxService | undefined, orders: Orders, rules: ReadRules): PayInSandbox =>
  async (ctx, orderId, outcome, { delay, repeat, tamper }) => {
    const { reference } = await orders.get(ctx, orderId);
    if (sandbox === undefined || reference === undefined || !(await rules(ctx)).hasSandbox)
      throw conflict('extstars.no_sandbox', 'The order is not at the sandbox, or the sandbox is off.');
    await sandbox.act(ctx, reference, outcome === 'paid' ? 'pay' : 'cancel', {
      ...(delay !== undefined && { delay }),
      ...(repeat !== undefined && { repeat }),
      ...(tamper !== undefined && { [TAMPERED[tamper]]: true }),
    });
    return reference;
  };
