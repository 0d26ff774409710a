import type { Config } from '#config/schema';
import type { Terminal } from './terminal.ts';

/** Thrown by a command that has said what is wrong and only has to end with exit code 1. */
export class Failed extends Error {}

/** The example at the end of a command's help. */
export const example = (...lines: readonly string[]): string =>
  `\nExample:\n${lines.map((line) => `  $ tollkeeper ${line}`).join('\n')}`;

/** Says where the engine is, whichever port it was given. */
export function announce(terminal: Terminal, { baseUrl, port }: Config, actual: number): void {
  terminal.print(`Tollkeeper listens on ${port === 0 ? baseUrl.replace(/:0\//, `:${actual}/`) : baseUrl}`);
}
