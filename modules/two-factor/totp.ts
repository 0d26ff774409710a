import { Secret, TOTP } from 'otpauth';

/** Codes of six digits that change every half minute (RFC 6238), as every authenticator makes them. */

const DIGITS = 6;
const PERIOD = 30;
/** Clocks of phones go wrong by as much: the code before this one and the one after it count. */
const WINDOW = 1;

/** 160 bits, as long as the hash. */
export const newSecret = (): string => new Secret({ size: 20 }).base32;

export const uriOf = (secret: string, issuer: string, label: string): string =>
  totpOf(secret, issuer, label).toString();

/** The half minute a code is of, counted from 1970; undefined when it is not a code of these minutes. */
export function stepOf(secret: string, code: string, now: Date): number | undefined {
  const totp = totpOf(secret);
  const timestamp = now.getTime();
  const delta = totp.validate({ token: code, timestamp, window: WINDOW });
  return delta === null ? undefined : totp.counter({ timestamp }) + delta;
}

/** What the owner's device shows. */
export const codeAt = (secret: string, now: Date): string => totpOf(secret).generate({ timestamp: now.getTime() });

function totpOf(secret: string, issuer = '', label = ''): TOTP {
  return new TOTP({
    secret: Secret.fromBase32(secret),
    issuer,
    label,
    algorithm: 'SHA1',
    digits: DIGITS,
    period: PERIOD,
  });
}
