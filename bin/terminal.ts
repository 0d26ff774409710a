import { createInterface } from 'node:readline/promises';

/** What a command sees of the process around it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether somebody is there to answer a question. */
  readonly isInteractive: boolean;
  print(text: string): void;
  complain(text: string): void;
  ask(question: string): Promise<string>;
  /** Replaces the last line by another; absent where lines can only be added. An empty text leaves the line as it is. */
  redraw?(text: string): void;
}

export const processTerminal: Terminal = {
  env: process.env,
  isInteractive: process.stdin.isTTY && process.stdout.isTTY,
  print: (text) => console.log(text),
  complain: (text) => console.error(text),
  async ask(question) {
    const prompt = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await prompt.question(question);
    } finally {
      prompt.close();
    }
  },
  ...(process.stdout.isTTY && {
    redraw: (text: string) => void process.stdout.write(text === '' ? '\n' : `\r\u001b[K${text}`),
  }),
};

/** Lines of cells, each column as wide as its widest cell. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
