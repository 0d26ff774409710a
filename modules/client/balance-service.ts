import { atomic, type Context } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { conflict, invalidInput, notFound } from '#core/error';
import { parseMoney, toNumber, type Money } from '#core/money';
import type { SettingStore } from '#core/settings';
import * as balances from './balance-repository.ts';
import type { BalanceService } from './contract.ts';
import { getForUpdate } from './staff-service.ts';
import { getClient } from './service.ts';

/** Longer ids of related objects do not fit their column. */
export interface Funds {
  readonly clientId: number;
  readonly amount: string;
  readonly description: string;
  readonly type: string;
  readonly relId: string | undefined;
}

/** The ledger as staff and clients see it. No line is ever changed or removed: deleting one books its opposite. */
export interface Balances extends BalanceService {
  list(ctx: Context, filter: balances.Filter, request: PageRequest): Promise<Page<balances.BalanceLine>>;
  /** A plain number, 0 for a client without currency. */
  total(ctx: Context, clientId: number): Promise<number>;
  addFunds(ctx: Context, funds: Funds): Promise<void>;
  removeLine(ctx: Context, id: number): Promise<void>;
  /** Whether this client's purchases are taxed at all. */
  isTaxable(ctx: Context, clientId: number): Promise<boolean>;
  examine(ctx: Context): Promise<string[]>;
}

export function createBalances(settings: SettingStore): Balances {
  const balanceOf = async (ctx: Context, clientId: number): Promise<Money | undefined> =>
    (await balances.sums(ctx.db, [clientId])).get(clientId);

  return {
    balanceOf,
    balancesOf: (ctx, clientIds) => balances.sums(ctx.db, clientIds),
    history: (ctx, filter, request) => balances.listAll(ctx.db, filter, request),
    async lockBalance(tx, clientId) {
      await balances.lock(tx.db, clientId);
      return balanceOf(tx, clientId);
    },

    async book(tx, line) {
      try {
        return await balances.insert(tx.db, line, tx.now);
      } catch (error) {
        if (isUniqueViolation(error)) return undefined;
        throw error;
      }
    },

    bookAll: (tx, lines) => balances.insertAll(tx.db, lines),
    existingLines: (ctx, ids) => balances.existing(ctx.db, ids),
    list: (ctx, filter, request) => balances.list(ctx.db, filter, request),
    async total(ctx, clientId) {
      const balance = await balanceOf(ctx, clientId);
      return balance === undefined ? 0 : toNumber(balance);
    },

    addFunds: (ctx, { clientId, amount: text, description, type, relId }) =>
      atomic(ctx, async (tx) => {
        const { currency } = await getForUpdate(tx, clientId);
        if (currency === undefined)
          throw conflict('client.no_currency', "You must define the client's currency before adding funds.");
        const amount = parseMoney(text, currency);
        if (amount === undefined) throw invalidInput('client.funds_amount', 'Funds amount is invalid');
        const line = { clientId, amount, description, type, ...(relId !== undefined && { relId }) };
        const id = await balances.insert(tx.db, line, tx.now);
        await tx.record(`Booked line #${id} on the balance of client #${clientId}`);
      }),

    async removeLine(ctx, id) {
      try {
        await atomic(ctx, async (tx) => {
          const line = await balances.findStanding(tx.db, id);
          if (line === undefined) throw unknownLine();
          await balances.lock(tx.db, line.clientId);
          await balances.reverse(tx.db, line, tx.now);
          await tx.record(`Took back line #${id} on the balance of client #${line.clientId}`);
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw unknownLine();
        throw error;
      }
    },

    async isTaxable(ctx, clientId) {
      const isOn = await settings.param(ctx, 'tax_enabled');
      return isOn !== undefined && isOn !== '' && isOn !== '0' && !(await getClient(ctx, clientId)).isTaxExempt;
    },

    examine: async (ctx) =>
      (await balances.listBadReversals(ctx.db, 100)).map(
        (id) => `Balance line #${id} does not take back exactly the line it names.`,
      ),
  };
}

const unknownLine = () => notFound('client.unknown_line', 'Balance line not found');
