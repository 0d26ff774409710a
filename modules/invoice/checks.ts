import type { Context } from '#core/context';
import type { Check } from '#core/module';
import type { Invoice } from './contract.ts';
import { sumOf } from './ledger/repository.ts';
import * as examine from './repository-examine.ts';
import * as numbers from './repository-number.ts';
import * as invoices from './repository.ts';
import { totalsOf } from './totals.ts';

/** Few enough that the database, which on SQLite answers in this process, keeps nobody waiting. */
const PIECE = 1000;
/** So many findings of one kind are enough to know that something is wrong. */
const MOST = 100;

/** What must hold of invoices, for the doctor. */
export function createChecks(): readonly Check[] {
  return [
    { name: 'invoice numbers have no holes', run: (ctx) => numbers.listNumberFaults(ctx.db, MOST) },
    { name: 'paid invoices have money behind them', run: examineMoney },
  ];
}

/** The ledger of payments holds what a paid invoice comes to, and no more than was credited for one that is not. */
async function examineMoney({ db }: Context): Promise<string[]> {
  const found: string[] = [];
  for (let after = 0; found.length < MOST;) {
    const piece = await examine.nextPiece(db, after, PIECE);
    if (piece === undefined) break;
    const suspects = await examine.listSuspects(db, piece, MOST);
    after = suspects.length < MOST ? piece.until : Math.max(...suspects);
    const sums = await sumOf(db, suspects);
    for (const invoice of await invoices.listByIds(db, suspects)) {
      const fault = faultOf(invoice, sums.get(invoice.id) ?? 0);
      if (fault !== undefined) found.push(fault);
    }
  }
  return found.slice(0, MOST);
}

function faultOf(invoice: Invoice, paid: number): string | undefined {
  const { total } = totalsOf(invoice);
  if (invoice.status === 'paid') {
    const expected = total.amount - invoice.refund.amount;
    if (paid < expected)
      return `Invoice #${invoice.id} is paid, but ${expected - paid} minor units are missing in the ledger.`;
  }
  if (invoice.status === 'unpaid' && paid !== invoice.credit.amount)
    return `Invoice #${invoice.id} is unpaid and has ${paid} minor units in the ledger, but ${invoice.credit.amount} of credit.`;
  return undefined;
}
