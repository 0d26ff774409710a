import type { Readable } from 'node:stream';
import { csv } from '#core/csv';
import { toDate, type StoredDate } from '#core/db/columns';
import type { Context } from '#core/context';
import * as clients from './repository.ts';

/** What a file of clients has when nobody says what it shall have. */
const DEFAULT_COLUMNS = [
  'id', 'email', 'status', 'first_name', 'last_name', 'phone_cc', 'phone', 'company', 'company_vat', 'company_number',
  'address_1', 'address_2', 'city', 'state', 'postcode', 'country', 'currency',
]; // prettier-ignore

const TIMES = ['created_at', 'updated_at'];
const CHUNK = 500;

/** All clients as CSV, read in chunks while it is sent. Secrets are no columns; unknown names are dropped. */
export function exportClients(ctx: Context, wanted: readonly unknown[], writeTime: (time: Date) => string): Readable {
  const known = [...new Set(wanted)].filter((name): name is string => clients.EXPORTABLE.includes(name as string));
  const columns = known.length > 0 ? known : DEFAULT_COLUMNS;
  return csv(columns, chunks(ctx, columns, writeTime));
}

async function* chunks(
  ctx: Context,
  columns: readonly string[],
  writeTime: (time: Date) => string,
): AsyncGenerator<string[][]> {
  for (let last = 0; ;) {
    const rows = await clients.listAfter(ctx.db, columns, last, CHUNK);
    if (rows.length === 0) return;
    yield rows.map((row) => columns.map((name) => textOf(name, row[name], writeTime)));
    last = Number(rows.at(-1)?.['last_id']);
  }
}

function textOf(name: string, value: unknown, writeTime: (time: Date) => string): string {
  if (value === null || value === undefined) return '';
  if (TIMES.includes(name)) return writeTime(toDate(value as StoredDate)); // these two columns hold times
  return typeof value === 'boolean' ? String(Number(value)) : String(value);
}
