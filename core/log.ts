import { pino } from 'pino';

/** One JSON line per event. */
export interface Log {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

type Fields = Readonly<Record<string, unknown>>;

const SECRETS = ['password', 'pass', 'token', 'key', 'apisecret', 'secret', 'api_token', 'api_key'];

/** Writes to standard output at `level` and above; values under the names of secrets are masked (spec A15). */
export function createLog(level: string): Log {
  const logger = pino({
    level,
    base: null,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '********' },
  });
  return {
    debug: (message, fields) => logger.debug(scrubbed(fields), message),
    info: (message, fields) => logger.info(scrubbed(fields), message),
    warn: (message, fields) => logger.warn(scrubbed(fields), message),
    error: (message, fields) => logger.error(scrubbed(fields), message),
  };
}

/** knex puts the statement with its values before " - " into the message of an error; values are other people's data. */
function scrubbed(fields: Fields = {}): Fields {
  if (!(fields['error'] instanceof Error)) return fields;
  return { ...fields, error: describe(fields['error']) };
}

function describe(error: Error): Fields {
  const isFromDatabase = 'errno' in error || /^SQLITE_/.test(String(Reflect.get(error, 'code')));
  const message = isFromDatabase ? error.message.slice(error.message.lastIndexOf(' - ') + 1) : error.message;
  return {
    type: error.name,
    message,
    code: Reflect.get(error, 'code'),
    stack: error.stack?.split('\n').slice(1).join('\n'),
    ...(error.cause instanceof Error && { cause: describe(error.cause) }),
  };
}
