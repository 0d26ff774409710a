import { Type, type Static } from '@sinclair/typebox';
import { Anything, DateTime, Or } from '#core/schema';
import type { Answer, Question, Refusal } from './check.ts';

/** Nothing is required here: the check itself says what is missing, with its number. */
export const CheckInput = Type.Object(
  {
    license: Type.Optional(Anything({ description: 'The license key.' })),
    host: Type.Optional(Anything({ description: 'Host the software runs at.' })),
    version: Type.Optional(Anything({ description: 'Version of the software.' })),
    path: Type.Optional(Anything({ description: 'Where the software is installed.' })),
    format: Type.Optional(Anything({ description: '2: a refusal is a result with `valid` false.' })),
  },
  { additionalProperties: true },
);

const Common = { licensed_to: Or(Type.String()), created_at: Or(DateTime), expires_at: Or(DateTime) };

export const CheckView = Type.Object(
  {
    ...Common,
    valid: Type.Boolean(),
    error: Type.Optional(Or(Type.String())),
    error_code: Type.Optional(Or(Type.Integer())),
  },
  { additionalProperties: true },
);

export const question = (sent: Static<typeof CheckInput>): Question => ({
  license: textOf(sent.license),
  host: textOf(sent.host),
  version: textOf(sent.version),
  path: textOf(sent.path),
  sent,
});

/** Format 2 tells a refusal as a result; without it a refusal is an error. */
export function presentChecked(checked: Answer | Refusal, format: unknown): Static<typeof CheckView> {
  const isSecond = Number(format) === 2;
  if ('error' in checked) {
    if (!isSecond) throw checked.error;
    const nothing = { licensed_to: null, created_at: null, expires_at: null };
    return { ...nothing, valid: false, error: checked.error.message, error_code: checked.number };
  }
  const { licensedTo, createdAt, expiresAt, more } = checked;
  return {
    licensed_to: licensedTo,
    created_at: createdAt,
    expires_at: expiresAt ?? null,
    valid: true,
    ...more,
    ...(isSecond && { error: null, error_code: null }),
  };
}

const textOf = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : '';
