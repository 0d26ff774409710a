import { Readable } from 'node:stream';

/** A table as CSV, made of pieces as they come, so that a file of all rows takes no more memory than one piece. */
export function csv(columns: readonly string[], chunks: AsyncIterable<readonly (readonly string[])[]>): Readable {
  return Readable.from(lines(columns, chunks));
}

async function* lines(
  columns: readonly string[],
  chunks: AsyncIterable<readonly (readonly string[])[]>,
): AsyncGenerator<string> {
  yield line(columns);
  for await (const rows of chunks) yield rows.map(line).join('');
}

const line = (cells: readonly string[]): string => `${cells.map(cell).join(',')}\n`;

/** A cell that a spreadsheet would take for a formula is made plain text by a quote in front of it. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
