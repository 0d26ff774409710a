import { atomic, type Context, type Tx } from '#core/context';
import { isUniqueViolation } from '#core/db/errors';
import type { Page, PageRequest } from '#core/db/paginate';
import { conflict, invalidInput, notFound } from '#core/error';
import type { ListRequest } from '#core/listing';
import type { ClientService } from '#modules/client/contract';
import { promoBeingRemoved, type Promo, type PromoService, type RedemptionSource } from '../contract.ts';
import * as rules from '../promo-rules.ts';
import * as redemptions from '../redemption/repository.ts';
import type { Redemption, RedemptionFilter, Usage } from '../redemption/repository.ts';
import * as products from '../repository.ts';
import * as promos from './repository.ts';
import type { PromoFields, PromoFilter } from './repository.ts';

/** A promo with the titles of what it is for. */
export interface ShownPromo {
  readonly promo: Promo;
  readonly products: ReadonlyMap<number, string>;
  readonly groups: ReadonlyMap<number, string>;
  readonly redemptions: number;
  readonly usage?: Usage;
}

export interface ShownRedemption {
  readonly redemption: Redemption;
  readonly client:
    { readonly first_name: string | null; readonly last_name: string | null; readonly email: string } | undefined;
  readonly order: { readonly title: string; readonly createdAt: Date } | undefined;
  readonly invoice: { readonly number: string; readonly status: string; readonly createdAt: Date } | undefined;
}

export type Promos = ReturnType<typeof createPromos>;

const LONGEST_CODE = 100;
const COPY_ATTEMPTS = 100;
/** More than anybody reads. */
const MOST_FINDINGS = 100;

export function createPromos(clients: ClientService | undefined) {
  let source: RedemptionSource = {};

  const lent: PromoService = {
    ...rules,
    find: (ctx, id) => promos.findById(ctx.db, id),
    findAll: async (ctx, ids) => new Map((await promos.listByIds(ctx.db, ids)).map((promo) => [promo.id, promo])),
    findByCode: (ctx, code) => promos.findActiveByCode(ctx.db, code),
    async use(tx, id) {
      if (!(await promos.takeUse(tx.db, id)))
        throw conflict('product.promo_used_up', 'This promo code has reached its maximum number of uses.');
    },
    isRedeemedBy: (ctx, id, clientId) => redemptions.existsForClient(ctx.db, id, clientId),
    redeem: (tx, redemption) => redemptions.insert(tx.db, redemption, tx.now),
    commit: (tx, invoiceId, paidAt) => redemptions.commit(tx.db, invoiceId, paidAt, tx.now),
    async release(tx, owner, reason) {
      const released = await redemptions.release(tx.db, owner, reason, tx.now);
      for (const [promoId, count] of usesOf(released)) await promos.giveBackUses(tx.db, promoId, count);
    },
    showWith(more) {
      source = { ...source, ...more };
    },
  };

  /** Three queries, however many promos. */
  async function show(ctx: Context, list: readonly Promo[]): Promise<ShownPromo[]> {
    const titles = await products.listTitlesOf(ctx.db, idsIn(list.flatMap((promo) => promo.products)));
    const groupIds = idsIn(list.flatMap((promo) => promo.clientGroups));
    const groups = groupIds.length === 0 ? undefined : await clients?.groupTitles(ctx, groupIds);
    const counts = await redemptions.countByPromo(
      ctx.db,
      list.map(({ id }) => id),
    );
    return list.map((promo) => ({
      promo,
      products: pick(titles, promo.products),
      groups: pick(groups ?? new Map<number, string>(), promo.clientGroups),
      redemptions: counts.get(promo.id) ?? 0,
    }));
  }

  return {
    lent,

    examine: async (ctx: Context): Promise<string[]> =>
      (await promos.listMiscounted(ctx.db, MOST_FINDINGS)).map(
        ({ code, used, redeemed }) => `Promo ${code} counts ${used} uses, but was redeemed ${redeemed} times.`,
      ),

    async list(ctx: Context, filter: PromoFilter, page: ListRequest): Promise<Page<ShownPromo>> {
      const found = await promos.listPage(ctx.db, filter, ctx.now, page);
      return { ...found, items: await show(ctx, found.items) };
    },

    async show(ctx: Context, id: number): Promise<Required<ShownPromo>> {
      const promo = (await promos.findById(ctx.db, id)) ?? missing();
      const [shown] = await show(ctx, [promo]);
      return { ...(shown ?? missing()), usage: await redemptions.usageOf(ctx.db, id) };
    },

    create: (ctx: Context, { code, type, valueHundredths, ...fields }: PromoFields) =>
      atomic(ctx, async (tx) => {
        if (!code || type === undefined || valueHundredths === undefined)
          throw invalidInput('product.promo_incomplete', 'Promo code is missing');
        const id = await unlessTaken(() => promos.insert(tx.db, { ...fields, code, type, valueHundredths }, tx.now));
        await tx.record(`Created new promo code ${code}`);
        return id;
      }),

    update: (ctx: Context, id: number, fields: PromoFields) =>
      atomic(ctx, async (tx) => {
        const promo = await getForUpdate(tx, id);
        await unlessTaken(() => promos.setFields(tx.db, id, { ...fields, code: fields.code || undefined }, tx.now));
        await tx.record(`Updated promo code ${promo.code}`);
      }),

    /** The copy is not active and has not been used. */
    duplicate: (ctx: Context, id: number) =>
      atomic(ctx, async (tx) => {
        const promo = await getForUpdate(tx, id);
        for (let attempt = 1; attempt <= COPY_ATTEMPTS; attempt++) {
          const copy = { ...promo, code: copyOf(promo.code, attempt), isActive: false, used: 0 };
          const newId = await promos.insert(tx.db, copy, tx.now).catch(unlessViolation);
          if (newId === undefined) continue;
          await tx.record(`Duplicated promo code ${promo.code} as ${copy.code}`);
          return newId;
        }
        throw taken();
      }),

    remove: (ctx: Context, id: number) =>
      atomic(ctx, async (tx) => {
        const promo = await getForUpdate(tx, id);
        if (await redemptions.existsForPromo(tx.db, id)) throw inHistory();
        await tx.ask(promoBeingRemoved, { promoId: id });
        await promos.remove(tx.db, id);
        await tx.record(`Deleted promo code ${promo.code}`);
      }),

    async listRedemptions(ctx: Context, filter: RedemptionFilter, page: PageRequest): Promise<Page<ShownRedemption>> {
      const found = await redemptions.listPage(ctx.db, filter, page);
      const ids = (key: 'clientId' | 'orderId' | 'invoiceId') => [
        ...new Set(found.items.flatMap((redemption) => redemption[key] ?? [])),
      ];
      const people = await clients?.summaries(ctx, ids('clientId'));
      const orders = await source.orders?.(ctx, ids('orderId'));
      const invoices = await source.invoices?.(ctx, ids('invoiceId'));
      const items = found.items.map((redemption) => ({
        redemption,
        client: people?.get(redemption.clientId ?? 0),
        order: orders?.get(redemption.orderId ?? 0),
        invoice: invoices?.get(redemption.invoiceId ?? 0),
      }));
      return { ...found, items };
    },
  };
}

const missing = (): never => {
  throw notFound('product.promo_not_found', 'Promo not found');
};

const getForUpdate = async (tx: Tx, id: number): Promise<Promo> => (await promos.findForUpdate(tx.db, id)) ?? missing();

const taken = () => conflict('product.promo_code_taken', 'This promotion code already exists.');
const inHistory = () =>
  conflict(
    'product.promo_in_history',
    'Promotions with redemption history cannot be deleted. Disable the promotion instead.',
  );

async function unlessTaken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (isUniqueViolation(error)) throw taken();
    throw error;
  }
}

function unlessViolation(error: unknown): undefined {
  if (!isUniqueViolation(error)) throw error;
}

/** `SUMMER` → `SUMMER-COPY`, `SUMMER-COPY-2`, … */
function copyOf(code: string, attempt: number): string {
  const suffix = attempt === 1 ? '-COPY' : `-COPY-${attempt}`;
  return code.slice(0, LONGEST_CODE - suffix.length) + suffix;
}

/** Only checkouts count a use. In the order of ids, so that two releases do not wait for each other in a circle. */
function usesOf(released: readonly Redemption[]): [number, number][] {
  const uses = new Map<number, number>();
  for (const { phase, promoId } of released) if (phase === 'checkout') uses.set(promoId, (uses.get(promoId) ?? 0) + 1);
  return [...uses].sort(([a], [b]) => a - b);
}

const idsIn = (items: readonly unknown[]): number[] => [...new Set(items.map(Number).filter(Number.isSafeInteger))];

const pick = (titles: ReadonlyMap<number, string>, items: readonly unknown[]): ReadonlyMap<number, string> =>
  new Map([...titles].filter(([id]) => items.some((item) => Number(item) === id)));
