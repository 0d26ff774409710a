/** What went wrong, in the few words every dialect can translate. A new kind does not compile until each dialect has an answer. */
export type ErrorKind =
  | 'invalid_input'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'rate_limited'
  | 'unavailable'
  | 'internal';

interface Details {
  readonly cause?: unknown;
  /** Whole seconds after which the caller may try again. */
  readonly retryAfter?: number;
  /** What is wrong with each field of the input. */
  readonly fields?: FieldErrors;
}

export type FieldErrors = Readonly<Record<string, readonly string[]>>;

/** The one error that may reach a caller. `code` is for programs (`order.not_active`), `message` may be shown to people. */
export class AppError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly retryAfter: number | undefined;
  readonly fields: FieldErrors | undefined;

  constructor(kind: ErrorKind, code: string, message: string, details: Details = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'AppError';
    this.kind = kind;
    this.code = code;
    this.retryAfter = details.retryAfter;
    this.fields = details.fields;
  }
}

export const invalidInput = (code: string, message: string): AppError => new AppError('invalid_input', code, message);
/** Says of each field what is wrong with it; the first of these is the message. */
export const invalidFields = (fields: FieldErrors, code = 'input.invalid'): AppError =>
  new AppError('invalid_input', code, Object.values(fields)[0]?.[0] ?? 'The input is invalid.', { fields });
export const unauthenticated = (code: string, message: string): AppError =>
  new AppError('unauthenticated', code, message);
export const forbidden = (code: string, message: string): AppError => new AppError('forbidden', code, message);
export const notFound = (code: string, message: string): AppError => new AppError('not_found', code, message);
export const conflict = (code: string, message: string): AppError => new AppError('conflict', code, message);
export const rateLimited = (retryAfter: number): AppError =>
  new AppError('rate_limited', 'rate_limited', 'Rate limit exceeded. Please try again later.', { retryAfter });
export const unavailable = (code: string, message: string, cause?: unknown): AppError =>
  new AppError('unavailable', code, message, { cause });

/** Anything thrown that is not an AppError is a bug: the caller learns nothing of it, the log everything. */
export const asAppError = (error: unknown): AppError =>
  error instanceof AppError
    ? error
    : new AppError('internal', 'internal', 'Something went wrong on our side. It has been logged.', { cause: error });

/** The message of anything that can be thrown, for logs and stored errors. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
