import type { Context } from '#core/context';
import type { BalanceService } from '#modules/client/contract';
import * as invoices from './repository.ts';
import { isDeposit, type Invoices } from './service.ts';
import type { Tasks } from './tasks.ts';
import { totalsOf } from './totals.ts';

const CHUNK = 200;

/**
 * Pays what balances suffice for, oldest first (invoicing spec 5.7). Who has enough is seen from the balance itself, not
 * from single lines of it, so every invoice FOSSBilling would try is tried.
 */
export async function payAllWithCredit(
  ctx: Context,
  { invoices: lent, balances, tasks }: { invoices: Invoices; balances: BalanceService; tasks: Tasks },
  clientId: number | undefined,
): Promise<void> {
  for (let afterId = 0; ;) {
    const found = await invoices.listAfter(ctx.db, { status: 'unpaid', afterId, limit: CHUNK, clientId });
    const balanceOf = await balances.balancesOf(ctx, [...new Set(found.flatMap((one) => one.clientId ?? []))]);
    for (const invoice of found) {
      const balance = balanceOf.get(invoice.clientId ?? 0);
      const { due } = totalsOf(invoice);
      if (
        !invoice.isApproved ||
        invoice.lines.length === 0 ||
        isDeposit(invoice) ||
        balance === undefined ||
        balance.amount <= 0
      )
        continue;
      if (balance.currency !== due.currency || balance.amount < due.amount) continue;
      if (await lent.payWithCredit(ctx, invoice.id)) await tasks.run(ctx, invoice.id);
    }
    if (found.length < CHUNK) return;
    afterId = found.at(-1)?.id ?? afterId;
  }
}
