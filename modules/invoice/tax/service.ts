import { atomic, type Context } from '#core/context';
import { remembered } from '#core/memory';
import type { Page } from '#core/db/paginate';
import { invalidInput, notFound } from '#core/error';
import type { ListRequest } from '#core/listing';
import type { Client } from '#modules/client/contract';
import { EU_VAT } from './eu-rates.ts';
import * as rules from './repository.ts';
import type { NewTaxRule, TaxRule } from './repository.ts';

export interface Tax {
  readonly name: string;
  /** Per cent, as text. */
  readonly rate: string;
}

export interface Taxes {
  /** The rule for a client's place; undefined when none fits. Whether the client is taxed at all is for the caller. */
  ruleFor(ctx: Context, place: Pick<Client, 'country' | 'state'>): Promise<Tax | undefined>;
  get(ctx: Context, id: number): Promise<TaxRule>;
  list(ctx: Context, request: ListRequest): Promise<Page<TaxRule>>;
  create(ctx: Context, rule: NewTaxRule): Promise<number>;
  update(ctx: Context, id: number, rule: NewTaxRule): Promise<void>;
  remove(ctx: Context, id: number): Promise<void>;
  /** Replaces all rules by one for each member of the European Union with its standard rate. */
  setUpEu(ctx: Context): Promise<void>;
}

export function createTaxes(): Taxes {
  return {
    async ruleFor(ctx, { country, state }) {
      const found = await remembered(ctx, `tax rules ${country ?? ''}`, () =>
        rules.listFor(ctx.db, country || undefined),
      );
      return ruleAt(found, country, state);
    },

    async get(ctx, id) {
      const rule = await rules.find(ctx.db, id);
      if (rule === undefined) throw unknownRule();
      return rule;
    },

    list: (ctx, request) => rules.listPage(ctx.db, request),

    create: (ctx, rule) =>
      atomic(ctx, async (tx) => {
        const id = await rules.insert(tx.db, checked(rule), tx.now);
        await tx.record(`Created tax rule #${id}`);
        return id;
      }),

    update: (ctx, id, rule) =>
      atomic(ctx, async (tx) => {
        if (!(await rules.update(tx.db, id, checked(rule), tx.now))) throw unknownRule();
        await tx.record(`Updated tax rule #${id}`);
      }),

    remove: (ctx, id) =>
      atomic(ctx, async (tx) => {
        if (!(await rules.remove(tx.db, id))) throw unknownRule();
        await tx.record(`Deleted tax rule #${id}`);
      }),

    setUpEu: (ctx) =>
      atomic(ctx, async (tx) => {
        await rules.removeAll(tx.db);
        for (const { name, country, rate } of EU_VAT)
          await rules.insert(tx.db, { name, country, state: undefined, rate }, tx.now);
        await tx.record('Replaced the tax rules by those of the European Union');
      }),
  };
}

/**
 * State and country, then the country, then everywhere; the oldest of several (invoicing spec 9.1). A rule for the whole
 * country comes before one for another of its states.
 */
export function ruleAt(
  rules: readonly TaxRule[],
  country: string | undefined,
  state: string | undefined,
): Tax | undefined {
  const inCountry = country ? rules.filter((rule) => isSame(rule.country, country)) : [];
  const here = state ? inCountry.find((rule) => isSame(rule.state, state)) : undefined;
  return (
    here ?? inCountry.find((rule) => !rule.state) ?? inCountry[0] ?? rules.find((rule) => !rule.country && !rule.state)
  );
}

const isSame = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

/** A rate is a decimal number of per cent, from nothing to a hundred times the price. */
function checked(rule: NewTaxRule): NewTaxRule {
  const rate = rule.rate.trim();
  if (!/^\d{1,4}(\.\d{1,6})?$/.test(rate)) throw invalidInput('invoice.tax_rate', 'Tax rate is missing or is invalid');
  return { ...rule, rate, country: rule.country || undefined, state: rule.state || undefined };
}

const unknownRule = () => notFound('invoice.tax_unknown', 'Tax rule not found');
