import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  randomInt,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto';

/** Everything derived from APP_SECRET. One key per purpose, so that none opens what another closed. */
export interface Secrets {
  /** AES-256-GCM; base64 of nonce, tag and text. Bound to `purpose`: a value moved to another column does not open. */
  seal(purpose: string, text: string): string;
  open(purpose: string, sealed: string): string;
  /** HMAC-SHA-256 as 43 characters of base64url: finds a secret by a unique index without keeping it readable. */
  fingerprint(purpose: string, text: string): string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export function createSecrets(appSecret: string): Secrets {
  const keys = new Map<string, KeyObject>();
  const keyOf = (purpose: string): KeyObject => {
    let key = keys.get(purpose);
    if (key === undefined)
      keys.set(purpose, (key = createSecretKey(Buffer.from(hkdfSync('sha256', appSecret, 'tollkeeper', purpose, 32)))));
    return key;
  };
  return {
    seal(purpose, text) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', keyOf(`seal:${purpose}`), nonce);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64');
    },
    open(purpose, sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', keyOf(`seal:${purpose}`), bytes.subarray(0, NONCE_BYTES));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
    },
    fingerprint: (purpose, text) =>
      createHmac('sha256', keyOf(`print:${purpose}`))
        .update(text)
        .digest('base64url'),
  };
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An API token: 32 letters and digits with at least one of each kind (spec A6). */
export function randomToken(length = 32): string {
  for (;;) {
    const token = Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    if (/[a-z]/.test(token) && /[A-Z]/.test(token) && /\d/.test(token)) return token;
  }
}

export const randomHex = (characters: number): string =>
  randomBytes(Math.ceil(characters / 2))
    .toString('hex')
    .slice(0, characters);

/** Takes the same time wherever the texts differ. */
export const equalsSecret = (a: string, b: string): boolean => {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
};
