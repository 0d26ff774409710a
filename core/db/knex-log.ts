import type { Knex } from 'knex';
import type { Log } from '../log.ts';

/** Left to itself knex prints to the console, a stack for every try on a server that is away. What matters is thrown as well. */
export const knexLog = (log: Log): Knex.Logger => {
  const quietly = (text: unknown): void => log.debug(String(text));
  return { warn: quietly, error: quietly, deprecate: quietly, debug: quietly };
};
