import type { Knex } from 'knex';
import { toBoolean, toList } from '#core/db/columns';
import { money, type Money } from '#core/money';

/** An ending of domain names and what it costs. */
export interface Tld {
  readonly tld: string;
  readonly registration: Money;
  readonly renewal: Money;
  readonly transfer: Money;
  readonly isActive: boolean;
  readonly allowsRegistration: boolean;
  readonly allowsTransfer: boolean;
  readonly minYears: number;
  readonly years: readonly number[];
  readonly registrar: { readonly id: number | undefined; readonly title: string | undefined };
}

interface Row {
  tld: string;
  tld_registrar_id: number | null;
  tld_registrar_title: string | null;
  price_registration_amount: number;
  price_renew_amount: number;
  price_transfer_amount: number;
  currency: string;
  allow_register: unknown;
  allow_transfer: unknown;
  active: unknown;
  min_years: number;
  periods: string | null;
}

export const listActive = async (db: Knex): Promise<Tld[]> =>
  (await db<Row>('tld').where({ active: true }).orderBy('id')).map(toTld);

const toTld = (row: Row): Tld => ({
  tld: row.tld,
  registration: money(row.price_registration_amount, row.currency),
  renewal: money(row.price_renew_amount, row.currency),
  transfer: money(row.price_transfer_amount, row.currency),
  isActive: toBoolean(row.active),
  allowsRegistration: toBoolean(row.allow_register),
  allowsTransfer: toBoolean(row.allow_transfer),
  minYears: row.min_years,
  years: toList(row.periods).map(Number),
  registrar: { id: row.tld_registrar_id ?? undefined, title: row.tld_registrar_title ?? undefined },
});
