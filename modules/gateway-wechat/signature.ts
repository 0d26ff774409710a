import { createDecipheriv, sign, verify } from 'node:crypto';
import { MINUTE } from '#core/clock';
import { randomHex } from '#core/secret';
import { plainSerial, type Merchant, type PlatformKey } from './merchant.ts';

/** A signature is good for this long, so that a call that was overheard cannot be repeated later. */
const GOOD_FOR_MS = 5 * MINUTE;
const TAG_BYTES = 16;

/** The `Authorization` of a request; `path` is with its query. */
export function authorization(merchant: Merchant, now: Date, method: string, path: string, body: string): string {
  const [nonce, timestamp] = [randomHex(32), String(Math.floor(now.getTime() / 1000))];
  const text = linesOf(method, path, timestamp, nonce, body);
  const signature = sign('sha256', Buffer.from(text), merchant.privateKey).toString('base64');
  const fields = { mchid: merchant.mchId, nonce_str: nonce, timestamp, serial_no: merchant.serialNo, signature };
  const words = Object.entries(fields).map(([name, value]) => `${name}="${value}"`);
  return `WECHATPAY2-SHA256-RSA2048 ${words.join(',')}`;
}

type HeaderOf = (name: string) => string | undefined;

/** Whether WeChat Pay said this, just now: by the key of the serial number it names, if that is one we know. */
export function isSigned(keys: readonly PlatformKey[], header: HeaderOf, body: string, now: Date): boolean {
  const [timestamp = '', nonce = '', serial = '', signature = ''] = [
    'wechatpay-timestamp',
    'wechatpay-nonce',
    'wechatpay-serial',
    'wechatpay-signature',
  ].map(header);
  if (!/^\d{1,12}$/.test(timestamp) || nonce === '') return false;
  if (Math.abs(now.getTime() - Number(timestamp) * 1000) > GOOD_FOR_MS) return false;
  const known = keys.find((one) => one.serial === plainSerial(serial) && isGoodAt(one, now));
  const text = Buffer.from(linesOf(timestamp, nonce, body));
  return known !== undefined && verify('sha256', text, known.key, Buffer.from(signature, 'base64'));
}

export interface Sealed {
  readonly ciphertext: string;
  readonly nonce: string;
  readonly associatedData: string;
}

/** What only who has the APIv3 key of this merchant can have sealed. Throws when it was not. */
export function unsealed({ ciphertext, nonce, associatedData }: Sealed, key: Buffer): string {
  const bytes = Buffer.from(ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', key, Buffer.from(nonce), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(associatedData));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  return decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
}

const isGoodAt = ({ from, until }: PlatformKey, now: Date): boolean =>
  (from === undefined || from <= now) && (until === undefined || now <= until);

const linesOf = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
