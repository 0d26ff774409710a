import { atomic, type Context } from '#core/context';
import { conflict, invalidInput } from '#core/error';
import type { Money } from '#core/money';
import type { ClientService } from '#modules/client/contract';
import type { Invoice } from './contract.ts';
import type { Rules } from './rules.ts';
import { get, type Invoices } from './service.ts';

interface Needs {
  readonly invoices: Invoices;
  readonly clients: ClientService;
  rules(ctx: Context): Promise<Rules>;
}

/** An invoice over funds: approved at once, never paid from the balance it fills (invoicing spec 5.8). */
export function createDeposits({ invoices, clients, rules }: Needs) {
  return {
    async currencyOf(ctx: Context, clientId: number): Promise<string> {
      const { currency } = await clients.get(ctx, clientId);
      if (currency === undefined)
        throw conflict(
          'invoice.no_currency',
          'You must have at least one active order before you can add funds so you cannot proceed at the current time!',
        );
      return currency;
    },

    async issueDeposit(ctx: Context, clientId: number, amount: Money): Promise<Invoice> {
      const settings = await rules(ctx);
      if (!settings.areFundsOn)
        throw conflict('invoice.funds_off', 'Adding funds to the account balance is currently disabled');
      const least = settings.fundsLimit('min', amount.currency);
      if (amount.amount <= 0 && least === undefined)
        throw invalidInput('invoice.funds_min', 'Amount must be at least 0.01');
      if (least !== undefined && amount.amount < least.amount.amount)
        throw invalidInput('invoice.funds_min', `Amount must be at least ${least.text}`);
      const most = settings.fundsLimit('max', amount.currency);
      if (most !== undefined && amount.amount > most.amount.amount)
        throw invalidInput('invoice.funds_max', `Amount cannot exceed ${most.text}`);
      return atomic(ctx, async (tx) => {
        const { id } = await invoices.issue(tx, {
          clientId,
          currency: amount.currency,
          lines: [{ title: 'Add funds to account', price: amount, type: 'deposit', task: 'void', isCharged: true }],
        });
        await invoices.approve(tx, id);
        return get(tx, id);
      });
    },
  };
}

export type Deposits = ReturnType<typeof createDeposits>;
