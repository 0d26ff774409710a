import { ConfigError } from '#config/load';
import { isMissingTable, isUnavailable } from '#core/db/errors';
import { AppError, messageOf } from '#core/error';

/** What went wrong as a sentence for whoever typed the command. */
export function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  if (isUnavailable(error)) return `The database cannot be reached: ${reasonOf(error)}.`;
  if (error instanceof AppError) return withCause(error);
  if (isMissingTable(error)) return 'The database is not set up: run `tollkeeper migrate` first.';
  const code = codeOf(error);
  if (code === 'EADDRINUSE') return `${placeOf(error)} is in use: stop what listens there or set PORT to another port.`;
  if (code === 'EADDRNOTAVAIL') return `${placeOf(error)} is no address of this machine: set HOST to one that is.`;
  if (code === 'EACCES' && hasPort(error))
    return `${placeOf(error)} may not be used by this user: set PORT above 1023.`;
  if (isFromDatabase(error)) return `The database refuses: ${reasonOf(error)}.`;
  return messageOf(error);
}

/** Everything, for LOG_LEVEL=debug. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? String(error.stack) : `${error.stack}\nCaused by: ${stackOf(error.cause)}`;
}

const codeOf = (error: unknown): string => (error instanceof Error ? String(Reflect.get(error, 'code')) : '');
const hasPort = (error: unknown): boolean => error instanceof Error && 'port' in error;
const placeOf = (error: unknown): string =>
  `Port ${String(Reflect.get(Object(error), 'port'))} of ${String(Reflect.get(Object(error), 'address'))}`;
const isFromDatabase = (error: unknown): boolean =>
  error instanceof Error &&
  ('errno' in error || codeOf(error).startsWith('SQLITE_')) &&
  /^(ER_|SQLITE_)/.test(codeOf(error));

const withCause = ({ message, cause }: AppError): string =>
  cause === undefined ? message : `${message.replace(/\.$/, '')}: ${reasonOf(cause)}.`;

/** knex puts the statement before " - ", and a refused connection on two addresses has no message but its parts. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join(', ');
  const message = messageOf(error);
  const at = message.lastIndexOf(' - ');
  return (at < 0 ? message : message.slice(at + 3)).replace(/\.$/, '');
}
