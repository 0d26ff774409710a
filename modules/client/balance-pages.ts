import { Type } from '@sinclair/typebox';
import { clientEndpoint } from '#core/endpoint';
import { toNumber } from '#core/money';
import { Anything, listed, MapOf, Paging } from '#core/schema';
import type { MenuEntry, Page } from '#core/web/page';
import type { Balances } from './balance-service.ts';

const PER_PAGE = 20;

/** What a client has paid in advance. Billing takes the form that adds to it. */
export function balancePages(balances: Balances): readonly Page[] {
  const show = clientEndpoint({
    summary: 'What you have left, and what came and went.',
    input: Type.Object({ page: Paging.page }),
    output: MapOf(Anything()),
    async handle(ctx, { page }) {
      const balance = await balances.balanceOf(ctx, ctx.actor.id);
      const lines = await balances.list(ctx, { clientId: ctx.actor.id }, { page, perPage: PER_PAGE });
      return {
        balance: balance === undefined ? 0 : toNumber(balance),
        currency: balance?.currency ?? null,
        ...listed(lines, ({ id, description, amount, createdAt }) => ({
          id,
          description: description ?? null,
          amount: toNumber(amount),
          currency: amount.currency,
          created_at: createdAt,
        })),
      };
    },
  });
  return [{ role: 'client', route: 'GET /balance', endpoint: show, view: 'client/balance' }];
}

export const clientMenu: readonly MenuEntry[] = [
  { role: 'client', title: 'menu.balance', href: '/balance', order: 40 },
];
