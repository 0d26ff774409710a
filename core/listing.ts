import type { Readable } from 'node:stream';
import { csv } from './csv.ts';
import type { Page, PageRequest, Sorting } from './db/paginate.ts';
import { Type, type TObject } from '@sinclair/typebox';
import { Text } from './schema.ts';

/** What lists for staff have beside filters and pages: an order of their own, and a file of all there is. */

export const SortInput = {
  sort: Type.Optional(
    Text({ maxLength: 64, description: 'A column, such as `created_at`; `-created_at`: downwards.' }),
  ),
};

/** A page, sorted as was asked. */
export interface ListRequest extends PageRequest {
  readonly sort?: string | undefined;
}

/** Rows of a page for staff. */
export const ROWS = 25;

/** By one of `columns`, which go by the names of the wire, and then by the key; undefined for every other word. */
export function sortingBy(
  asked: string | undefined,
  columns: Readonly<Record<string, string>>,
  key = 'id',
): Sorting | undefined {
  const isDown = asked?.startsWith('-') === true;
  const name = asked?.slice(isDown ? 1 : 0) ?? '';
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (column === undefined) return undefined;
  const order = isDown ? 'desc' : 'asc';
  return { key, by: [{ column, order }, ...(column === key ? [] : [{ column: key, order } as const])] };
}

const CHUNK = 500;

/** A whole list, page after page. By id, so that what is added meanwhile comes last. */
export async function* everyPage<T>(read: (request: ListRequest) => Promise<Page<T>>): AsyncGenerator<readonly T[]> {
  for (let page = 1; ; page++) {
    const { items, total } = await read({ page, perPage: CHUNK, sort: 'id' });
    if (items.length > 0) yield items;
    if (page * CHUNK >= total) return;
  }
}

type Row = Readonly<Record<string, unknown>>;

/** Rows of the wire as a file; a column without a value is empty. */
export function csvOf(
  columns: readonly string[],
  pages: AsyncIterable<readonly Row[]>,
  writeTime: (time: Date) => string,
): Readable {
  async function* chunks(): AsyncGenerator<string[][]> {
    for await (const rows of pages) yield rows.map((row) => columns.map((name) => cellOf(row[name], writeTime)));
  }
  return csv(columns, chunks());
}

function cellOf(value: unknown, writeTime: (time: Date) => string): string {
  if (value instanceof Date) return writeTime(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The input of a list with an order of its own, from that of its API. */
export const sortable = <T extends TObject>({ properties }: T) =>
  Type.Object({ ...(properties as T['properties']), ...SortInput });
