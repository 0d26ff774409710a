import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { listed, Or, PageOf, pageRequest } from '#core/schema';
import type { Accounts } from '../account-service.ts';
import * as ledger from '../balance-schema.ts';
import type { Balances } from '../balance-service.ts';

interface Services {
  readonly accounts: Accounts;
  readonly balances: Balances;
}

export const clientApi = ({ accounts, balances }: Services) => ({
  balance_get_list: clientEndpoint({
    summary: 'List what you paid in advance and spent, newest first.',
    input: ledger.OwnLinesInput,
    output: PageOf(ledger.LineView),
    handle: async (ctx, input) => {
      const own = { ...ledger.toLineFilter(input), clientId: ctx.actor.id };
      return listed(await balances.list(ctx, own, pageRequest(input)), ledger.presentLine);
    },
  }),

  balance_get_total: clientEndpoint({
    summary: 'What you have left.',
    input: Type.Object({}),
    output: Type.Number(),
    handle: (ctx) => balances.total(ctx, ctx.actor.id),
  }),

  is_taxable: clientEndpoint({
    summary: 'Whether tax is added to what you buy.',
    input: Type.Object({}),
    output: Type.Boolean(),
    handle: (ctx) => balances.isTaxable(ctx, ctx.actor.id),
  }),

  resend_email_verification: clientEndpoint({
    summary: 'Send the letter that asks you to confirm your address once more. True when it is confirmed already.',
    limit: 'client_email_verification_resend_ip',
    input: Type.Object({}),
    output: Or(Type.Boolean()),
    handle: async (ctx) => ((await accounts.askConfirmation(ctx)) ? null : true),
  }),
});
