import type { Knex } from 'knex';
import { minorDigits } from '#core/money';

/** Catalogue prices are numbers in the default currency. When that changes the numbers stay: 10.00 dollars become 10 yen. */
export async function relabelPrices(db: Knex.Transaction, to: string): Promise<void> {
  for (const from of await labelsBut(db, 'product_payment', to)) {
    const ofLabel = db('product_payment').where({ currency: from }).select('id');
    await db('product_payment_period')
      .whereIn('product_payment_id', ofLabel)
      .update(sameNumbers(db, ['price_amount', 'setup_price_amount'], from, to));
    await db('product_payment')
      .where({ currency: from })
      .update({ ...sameNumbers(db, ['once_price_amount', 'once_setup_price_amount'], from, to), currency: to });
  }
  for (const from of await labelsBut(db, 'tld', to)) {
    const amounts = ['price_registration_amount', 'price_renew_amount', 'price_transfer_amount'];
    await db('tld')
      .where({ currency: from })
      .update({ ...sameNumbers(db, amounts, from, to), currency: to });
  }
}

async function labelsBut(db: Knex.Transaction, table: string, to: string): Promise<string[]> {
  const rows: { currency: string }[] = await db(table).whereNot({ currency: to }).distinct('currency');
  return rows.map(({ currency }) => currency);
}

/** Columns of minor units, counted in those of another currency; rounded where it has fewer digits. */
function sameNumbers(db: Knex.Transaction, columns: readonly string[], from: string, to: string) {
  const shift = minorDigits(to) - minorDigits(from);
  const factor = 10 ** Math.abs(shift);
  // `.0`: SQLite cuts off what is left of a division of whole numbers.
  const sql = shift < 0 ? `round(?? / ${factor}.0)` : `?? * ${factor}`;
  return Object.fromEntries(columns.map((column) => [column, db.raw(sql, [column])]));
}
