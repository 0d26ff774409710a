import { createHash } from 'node:crypto';
import { later, MINUTE, SECOND } from '#core/clock';
import type { Context } from '#core/context';
import { askVendor, type VendorAnswer } from '#core/vendor';
import type { Merchant } from './merchant.ts';

export type Words = Readonly<Record<string, unknown>>;

/** PayPal understood and did not do it; `issue` is its word for why. */
export interface Refusal {
  readonly status: number;
  readonly issue: string;
}

export interface Answer {
  readonly refusal: Refusal | undefined;
  readonly words: Words;
}

export interface Client {
  /** The same `requestId` asks for the same thing, which PayPal does once. */
  post(ctx: Context, merchant: Merchant, path: string, words: Words, requestId: string): Promise<Answer>;
  get(ctx: Context, merchant: Merchant, path: string): Promise<Answer>;
  /** What is at one of its addresses, for whoever comes. */
  read(url: URL): Promise<string>;
}

interface Token {
  readonly text: string;
  readonly until: Date;
}

/** The SDK of PayPal has its addresses built in, so that nothing of it could be tested, and knows no webhooks. */
export function createClient(patienceMs?: number): Client {
  const tokens = new Map<string, Token>();
  const patience = patienceMs === undefined ? {} : { patienceMs };

  async function tokenOf(ctx: Context, merchant: Merchant): Promise<string> {
    const known = tokens.get(keyOf(merchant));
    if (known !== undefined && known.until > ctx.now) return known.text;
    const { status, text } = await askVendor({
      url: new URL('/v1/oauth2/token', merchant.base),
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${merchant.clientId}:${merchant.secret}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
      ...patience,
    });
    const { access_token: token, expires_in: seconds } = status === 200 ? wordsIn(text) : {};
    if (typeof token !== 'string' || typeof seconds !== 'number')
      throw new Error(`PayPal answered ${status} to the client ID and the secret`);
    tokens.set(keyOf(merchant), { text: token, until: later(ctx.now, seconds * SECOND - MINUTE) });
    return token;
  }

  async function ask(
    ctx: Context,
    merchant: Merchant,
    path: string,
    more: { readonly method: 'GET' | 'POST'; readonly headers?: Record<string, string>; readonly body?: string },
    isAgain = false,
  ): Promise<Answer> {
    const token = await tokenOf(ctx, merchant);
    const answer = await askVendor({
      url: new URL(path, merchant.base),
      method: more.method,
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', ...more.headers },
      ...(more.body !== undefined && { body: more.body }),
      ...patience,
    });
    if (answer.status !== 401) return answerIn(answer, path);
    tokens.delete(keyOf(merchant));
    if (isAgain) throw new Error('PayPal does not take the token it gave');
    return ask(ctx, merchant, path, more, true);
  }

  return {
    get: (ctx, merchant, path) => ask(ctx, merchant, path, { method: 'GET' }),
    post: (ctx, merchant, path, words, requestId) =>
      ask(ctx, merchant, path, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'paypal-request-id': requestId,
          prefer: 'return=representation',
        },
        body: JSON.stringify(words),
      }),
    async read(url) {
      const { status, text } = await askVendor({ url, method: 'GET', ...patience });
      if (status !== 200) throw new Error(`PayPal answered ${status}`);
      return text;
    },
  };
}

/** Refusals that say nothing about what was asked for: it may be done yet. */
const LATER = [408, 409, 425, 429];

function answerIn({ status, text }: VendorAnswer, path: string): Answer {
  if (status >= 200 && status < 300) return { refusal: undefined, words: wordsIn(text) };
  if (status < 400 || status >= 500 || LATER.includes(status))
    throw new Error(`PayPal answered ${status} to ${path.replace(/[A-Z0-9]{8,}/g, '…')}`);
  const words = wordsIn(text);
  const [detail] = Array.isArray(words['details']) ? (words['details'] as Words[]) : [];
  return { refusal: { status, issue: codeIn(detail?.['issue'] ?? words['name']) }, words };
}

function wordsIn(text: string): Words {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Words;
  } catch {
    // Said below.
  }
  throw new Error('PayPal answered with something that is not its JSON');
}

/** For logs and people: a code and nothing else. */
const codeIn = (value: unknown): string =>
  typeof value === 'string' && /^\w{1,64}$/.test(value) ? value : 'no reason given';

const keyOf = ({ base, clientId, secret }: Merchant): string =>
  createHash('sha256').update(`${base.origin}\n${clientId}\n${secret}`).digest('hex');
