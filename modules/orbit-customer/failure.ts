import { AppError, notFound, type ErrorKind, type FieldErrors } from '#core/error';

/** Errors in the words of the wire (spec 13). */
export const refusal = (kind: ErrorKind, word: string, message: string, fields?: FieldErrors): AppError =>
  new AppError(kind, `orbit.${word}`, message, fields === undefined ? {} : { fields });

export const wrongField = (name: string, message: string): AppError =>
  refusal('invalid_input', 'validation_failed', message, { [name]: [message] });

export const unknownThing = (what: string): AppError => notFound('orbit.not_found', `${what} not found.`);
