import type { Context } from '#core/context';
import { notFound } from '#core/error';
import type { Page } from '#core/db/paginate';
import type { ListRequest } from '#core/listing';
import type { Account } from './account.ts';
import * as balances from './balance-repository.ts';
import type { ClientService, ClientStatus } from './contract.ts';
import * as groups from './group-repository.ts';
import type { ReadRules } from './rules.ts';
import * as history from './history-repository.ts';
import * as clients from './repository.ts';
import { presentForStaff, presentPublic } from './schema.ts';

/** How staff find clients. */
export interface Clients extends ClientService {
  /** By id, else by e-mail. Throws "Client not found". */
  lookUp(ctx: Context, by: { readonly id?: number | undefined; readonly email?: string | undefined }): Promise<Account>;
  list(ctx: Context, filter: clients.Filter, request: ListRequest): Promise<Page<Account>>;
  /** Names by id, as for a choice. */
  names(ctx: Context, filter: clients.Filter, limit: number): Promise<Record<string, string>>;
  countByStatus(ctx: Context): Promise<Readonly<Record<ClientStatus | 'total', number>>>;
}

export function createClients(readRules: ReadRules): Clients {
  return {
    find: (ctx, id) => clients.find(ctx.db, id),
    get: (ctx, id) => getClient(ctx, id),

    async lock(tx, id) {
      const client = await clients.findForUpdate(tx.db, id);
      if (client === undefined) throw unknownClient();
      return { ...client, summary: presentPublic(client, []) };
    },

    async summaries(ctx, ids) {
      const found = await clients.findAll(ctx.db, ids);
      const shown = found.length === 0 ? [] : (await readRules(ctx)).customFields;
      return new Map(found.map((client) => [client.id, presentPublic(client, shown)]));
    },

    async staffSummaries(ctx, ids) {
      const accounts = await withBalances(ctx, await clients.findAll(ctx.db, ids));
      return new Map(accounts.map((account) => [account.client.id, presentForStaff(account)]));
    },

    tally: clients.tally,
    countByCountry: (ctx, limit) => clients.countByCountry(ctx.db, limit),
    findIds: (ctx, text, limit) => clients.findIds(ctx.db, text, limit),
    searchIds: (ctx, text, limit) => clients.searchIds(ctx.db, text, limit),
    groupTitles: (ctx, ids) => groups.findTitles(ctx.db, ids),
    allGroups: (ctx) => groups.listTitles(ctx.db),
    forgetSignInsBefore: (tx, time, limit) => history.removeBefore(tx.db, time, limit),
    settleCurrency: (tx, id, currency) => clients.settleCurrency(tx.db, id, currency, tx.now),

    async lookUp(ctx, { id, email }) {
      const byId = id === undefined ? undefined : await clients.find(ctx.db, id);
      const client = byId ?? (email === undefined ? undefined : await clients.findByEmail(ctx.db, email));
      if (client === undefined) throw unknownClient();
      const [account] = await withBalances(ctx, [client]);
      return account ?? { client, balance: undefined };
    },

    async list(ctx, filter, request) {
      const page = await clients.list(ctx.db, filter, request);
      return { ...page, items: await withBalances(ctx, page.items) };
    },

    async names(ctx, filter, limit) {
      const found = await clients.listNames(ctx.db, filter, limit);
      return Object.fromEntries(found.map(({ id, name, company }) => [id, company ? `${name} (${company})` : name]));
    },

    async countByStatus(ctx) {
      const counts = await clients.countByStatus(ctx.db);
      const of = (status: ClientStatus): number => counts.get(status) ?? 0;
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      return { total, active: of('active'), suspended: of('suspended'), canceled: of('canceled') };
    },
  };
}

export async function getClient(ctx: Context, id: number): Promise<clients.ClientRecord> {
  const client = await clients.find(ctx.db, id);
  if (client === undefined) throw unknownClient();
  return client;
}

export const unknownClient = () => notFound('client.unknown', 'Client not found');

async function withBalances(ctx: Context, found: readonly clients.ClientRecord[]): Promise<Account[]> {
  const sums = await balances.sums(
    ctx.db,
    found.map(({ id }) => id),
  );
  return found.map((client) => ({ client, balance: sums.get(client.id) }));
}
