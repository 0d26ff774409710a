import type { Knex } from 'knex';
import { toDate, toObject, toOptionalDate, type StoredDate } from '#core/db/columns';
import type { Quoted } from './provider.ts';
import { readRate, rateText } from './rate.ts';

interface Row {
  provider: string;
  base: string;
  rates: string;
  fetched_at: StoredDate;
  next_at: StoredDate | null;
}

export async function find(
  db: Knex,
  provider: string,
  base: string,
): Promise<(Quoted & { readonly fetchedAt: Date }) | undefined> {
  const row = await db<Row>('currency_quote').where({ provider, base }).first();
  return row && { rates: toRates(row.rates), fetchedAt: toDate(row.fetched_at), nextAt: toOptionalDate(row.next_at) };
}

export async function save(
  db: Knex.Transaction,
  { provider, base, rates, nextAt }: Quoted & { readonly provider: string; readonly base: string },
  now: Date,
): Promise<void> {
  const text = JSON.stringify(Object.fromEntries([...rates].map(([code, rate]) => [code, rateText(rate)])));
  await db('currency_quote')
    .insert({ provider, base, rates: text, fetched_at: now, next_at: nextAt ?? null })
    .onConflict(['provider', 'base'])
    .merge(['rates', 'fetched_at', 'next_at']);
}

const toRates = (text: string): Quoted['rates'] =>
  new Map(
    Object.entries(toObject(text)).flatMap(([code, value]) => {
      const rate = readRate(String(value));
      return rate === undefined ? [] : [[code, rate] as const];
    }),
  );
