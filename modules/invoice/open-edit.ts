import { atomic, type Context, type Tx } from '#core/context';
import { conflict, invalidFields, notFound } from '#core/error';
import { parseMoney } from '#core/money';
import type { BalanceService } from '#modules/client/contract';
import type { Invoice } from './contract.ts';
import type { Static } from '@sinclair/typebox';
import type { LineInput } from './line/input.ts';
import * as lines from './line/repository.ts';
import { get, getForUpdate, type Invoices } from './service.ts';
import type { Editing } from './staff-service.ts';
import type { Tasks } from './tasks.ts';

interface Needs {
  readonly invoices: Invoices;
  readonly editing: Editing;
  readonly tasks: Tasks;
  readonly balances: BalanceService;
}

/** New words and numbers of lines, by their id, and which of them go. */
export interface LinesEdit {
  readonly items: Readonly<Record<string, unknown>>;
  readonly newItem: Static<typeof LineInput> | undefined;
  readonly removes: readonly number[];
}

export type OpenEditing = ReturnType<typeof createOpenEditing>;

/** What the panel does to an invoice that is still open. A payment that came while staff looked at the page wins. */
export function createOpenEditing({ invoices: lent, editing, tasks, balances }: Needs) {
  return {
    editLines: (ctx: Context, id: number, { items, newItem, removes }: LinesEdit): Promise<void> =>
      atomic(ctx, async (tx) => {
        const invoice = await getOpen(tx, id);
        const own = new Set(invoice.lines.map((line) => line.id));
        for (const lineId of removes) {
          if (!own.has(lineId)) throw notFound('invoice.line_unknown', 'Invoice item was not found');
          await lines.remove(tx.db, lineId);
        }
        const kept = Object.entries(items).filter(([lineId]) => !removes.includes(Number(lineId)));
        const sent = { id, items: Object.fromEntries(kept), new_item: newItem };
        await editing.edit(tx, id, { ...UNCHANGED, items: sent.items, newItem, sent });
      }),

    /** What it reserved is free again, and what was paid of it goes back to the balance. */
    cancel: (ctx: Context, id: number): Promise<void> =>
      atomic(ctx, async (tx) => {
        const { clientId } = await get(tx, id);
        if (clientId !== undefined) await balances.lockBalance(tx, clientId);
        await getOpen(tx, id);
        await editing.edit(tx, id, { ...UNCHANGED, plain: { status: 'canceled' }, sent: { id, status: 'canceled' } });
      }),

    async applyCredit(ctx: Context, id: number, text: string): Promise<void> {
      const { currency } = await get(ctx, id);
      const amount = parseMoney(text, currency);
      if (amount === undefined)
        throw invalidFields({ amount: ['The amount must be a number above zero.'] }, 'invoice.credit_amount');
      const { status } = await lent.applyCredit(ctx, id, amount);
      if (status === 'paid') await tasks.run(ctx, id);
    },
  };
}

const UNCHANGED = { plain: {}, approves: false, usesCredit: false } as const;

async function getOpen(tx: Tx, id: number): Promise<Invoice> {
  const invoice = await getForUpdate(tx, id);
  if (invoice.status !== 'unpaid') throw conflict('invoice.not_open', 'The invoice is not open any more.');
  return invoice;
}
