/** What the database says, told apart by number: MariaDB and MySQL share numbers but not names. */
const numberOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'errno') : undefined);
const codeOf = (error: unknown): string => (error instanceof Error ? String(Reflect.get(error, 'code')) : '');

export const isUniqueViolation = (error: unknown): boolean =>
  numberOf(error) === 1062 ||
  codeOf(error) === 'SQLITE_CONSTRAINT_UNIQUE' ||
  codeOf(error) === 'SQLITE_CONSTRAINT_PRIMARYKEY';

/** Deadlock, lock wait, a certification failure of a cluster or a busy file: the whole transaction may be tried again. */
export const isRetryable = (error: unknown): boolean =>
  [1213, 1205, 1180].includes(Number(numberOf(error))) || /^SQLITE_BUSY/.test(codeOf(error));

const GONE = [
  'ECONNREFUSED',
  'ECONNRESET',
  'PROTOCOL_CONNECTION_LOST',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EPIPE',
];

/** The server is away, or there but not serving: 1047 a cluster without majority, 1040 too many connections, 1053 shutting down. */
export const isUnavailable = (error: unknown): boolean =>
  (error instanceof Error && Reflect.get(error, 'fatal') === true) || // mysql2: the connection is of no more use
  GONE.includes(codeOf(error)) ||
  [1047, 1040, 1053].includes(Number(numberOf(error))) ||
  (error instanceof Error && error.name === 'KnexTimeoutError');

export const isMissingTable = (error: unknown): boolean =>
  [1146, 1051].includes(Number(numberOf(error))) || (error instanceof Error && /no such table/.test(error.message));
