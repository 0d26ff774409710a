import { Type, type Static } from '@sinclair/typebox';

/** Every setting: its type, its default, one sentence. The table in README.md is made of this. */
export const Settings = Type.Object({
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65535,
    default: 3000,
    description: 'Port to listen on; 0 takes a free one.',
  }),
  HOST: Type.String({ minLength: 1, default: '127.0.0.1', description: 'Address to listen on.' }),
  BASE_URL: Type.Optional(
    Type.String({
      pattern: '^https?://[^/\\s]+(/.*)?$',
      description: 'Where people reach the engine; made of HOST and PORT when absent.',
    }),
  ),
  DATA_DIR: Type.String({
    minLength: 1,
    default: './data',
    description: 'Folder for the embedded database, the secret, mails and backups.',
  }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^(sqlite:.+|mysql://.+)$',
      description: '`sqlite:<file>` or `mysql://user:password@host:port/database`; SQLite in DATA_DIR when absent.',
    }),
  ),
  REDIS_URL: Type.Optional(
    Type.String({ pattern: '^rediss?://.+', description: 'Redis for sessions and rate limits that processes share.' }),
  ),
  MAIL_URL: Type.Optional(
    Type.String({
      pattern: '^smtps?://.+',
      description: 'SMTP server; without it mails are files in DATA_DIR/outbox.',
    }),
  ),
  APP_SECRET: Type.Optional(
    Type.String({
      minLength: 32,
      description: 'Encrypts keys and signs sessions; generated into DATA_DIR once when absent.',
    }),
  ),
  ADMIN_EMAIL: Type.Optional(
    Type.String({
      pattern: '^[^@\\s]+@[^@\\s]+$',
      description: 'E-mail of the first administrator, used only while there is none.',
    }),
  ),
  ADMIN_PASSWORD: Type.Optional(
    Type.String({
      minLength: 8,
      description: 'Password of the first administrator; generated and printed once when absent.',
    }),
  ),
  ADMIN_API_TOKEN: Type.Optional(
    Type.String({
      minLength: 16,
      maxLength: 128,
      description: 'API token of the first administrator; generated and printed once when absent.',
    }),
  ),
  RATE_LIMITS: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    default: 'on',
    description: 'Whether requests are limited per address and account.',
  }),
  RATE_LIMITS_EXEMPT: Type.String({
    default: '',
    description: 'Addresses or networks whose requests are never limited, separated by commas.',
  }),
  CRON: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    default: 'on',
    description: 'Whether this process runs scheduled jobs.',
  }),
  METRICS: Type.Union([Type.Literal('on'), Type.Literal('off')], {
    default: 'off',
    description: 'Whether GET /metrics answers.',
  }),
  LOG_LEVEL: Type.Union(
    ['debug', 'info', 'warn', 'error', 'silent'].map((level) => Type.Literal(level)),
    { default: 'info', description: 'Least severe log line that is written.' },
  ),
  TZ_NAME: Type.String({ minLength: 1, default: 'UTC', description: 'IANA time zone of dates on the wire.' }),
  TRUSTED_PROXIES: Type.String({
    default: '',
    description:
      'Addresses or networks of reverse proxies whose X-Forwarded-For and -Proto are believed, separated by commas.',
  }),
  UPLOAD_LIMIT_MB: Type.Integer({
    minimum: 1,
    maximum: 1_048_576,
    default: 1024,
    description: 'Largest file that staff may upload, in mebibytes.',
  }),
  MODULES_DIR: Type.Optional(Type.String({ minLength: 1, description: 'Folder with modules of your own.' })),
  WEB_CONCURRENCY: Type.Integer({
    minimum: 1,
    maximum: 128,
    default: 1,
    description: 'Number of processes that answer requests.',
  }),
});

export type RawSettings = Static<typeof Settings>;

/** The checked, complete and frozen configuration of one process. */
export interface Config {
  readonly port: number;
  readonly host: string;
  /** Always ends in a slash. */
  readonly baseUrl: string;
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly redisUrl: string | undefined;
  readonly mailUrl: string | undefined;
  readonly appSecret: string;
  readonly admin: {
    readonly email: string | undefined;
    readonly password: string | undefined;
    readonly apiToken: string | undefined;
  };
  readonly hasRateLimits: boolean;
  /** Addresses and networks that are never limited. */
  readonly unlimitedPeers: readonly string[];
  readonly hasCron: boolean;
  readonly hasMetrics: boolean;
  readonly logLevel: string;
  readonly timeZone: string;
  readonly trustedProxies: readonly string[];
  readonly maxUploadBytes: number;
  readonly modulesDir: string | undefined;
  readonly processes: number;
}
