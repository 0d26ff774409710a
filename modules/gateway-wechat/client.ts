import type { Context } from '#core/context';
import { askVendor } from '#core/vendor';
import type { Merchant } from './merchant.ts';
import { authorization, isSigned } from './signature.ts';

/** What WeChat Pay answered. `refusal` is its code for why it did not do what it was asked. */
export interface Answer {
  readonly refusal: string | undefined;
  /** Proven to be its words, unless it refused. */
  readonly fields: Fields;
}

export type Fields = Readonly<Record<string, unknown>>;

export interface Client {
  get(ctx: Context, merchant: Merchant, path: string): Promise<Answer>;
  post(ctx: Context, merchant: Merchant, path: string, content: object): Promise<Answer>;
}

/** It does not know us, or has no time: that says nothing of what it was asked. */
const NO_ANSWER = [401, 408, 429];

export function createClient(patienceMs?: number): Client {
  async function ask({ now }: Context, merchant: Merchant, method: 'GET' | 'POST', path: string, body: string) {
    const url = new URL(path, merchant.endpoint);
    const { status, headers, text } = await askVendor({
      url,
      method,
      headers: {
        authorization: authorization(merchant, now, method, `${url.pathname}${url.search}`, body),
        accept: 'application/json',
        ...(method === 'POST' && { 'content-type': 'application/json' }),
        // Asks it to sign with this key rather than with a certificate.
        ...(merchant.publicKeyId !== undefined && { 'wechatpay-serial': merchant.publicKeyId }),
      },
      ...(method === 'POST' && { body }),
      ...(patienceMs !== undefined && { patienceMs }),
    });
    const what = `${method} ${url.pathname}`;
    if (status >= 400 && status < 500 && !NO_ANSWER.includes(status))
      return { refusal: codeIn(text) ?? `HTTP_${status}`, fields: {} };
    if (status !== 200 && status !== 204)
      throw new Error(`WeChat Pay answered ${[status, codeIn(text)].join(' ').trim()} to ${what}`);
    if (!isSigned(merchant.platformKeys, (name) => headers.get(name) ?? undefined, text, now))
      throw new Error(`WeChat Pay answered ${what} with what is not signed as it must be`);
    return { refusal: undefined, fields: text === '' ? {} : (parsedObject(text) ?? {}) };
  }
  return {
    get: (ctx, merchant, path) => ask(ctx, merchant, 'GET', path, ''),
    post: (ctx, merchant, path, content) => ask(ctx, merchant, 'POST', path, JSON.stringify(content)),
  };
}

export function parsedObject(text: string): Fields | undefined {
  try {
    return asFields(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export const asFields = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

/** For logs and people: a code and nothing else. */
function codeIn(text: string): string | undefined {
  const code = parsedObject(text)?.['code'];
  return typeof code === 'string' && /^\w{1,64}$/.test(code) ? code : undefined;
}
