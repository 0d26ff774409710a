import type { Context } from '#core/context';
import { askVendor } from '#core/vendor';
import type { Merchant } from './merchant.ts';
import { isSignedText, signatureOf, timeText, type Fields } from './signature.ts';

/** What Alipay answered, proven to be its words. `refusal` is its code for why it did not do what it was asked. */
export interface Answer {
  readonly refusal: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Content = Readonly<Record<string, string | undefined>>;

export interface Client {
  ask(ctx: Context, merchant: Merchant, method: string, content: Content, more?: Fields): Promise<Answer>;
}

const DONE = '10000';
const NOT_DONE = '40004';
/** It may have done it, or not. */
const UNSURE = ['ACQ.SYSTEM_ERROR', 'SYSTEM_ERROR', 'aop.ACQ.SYSTEM_ERROR'];

export const createClient = (patienceMs?: number): Client => ({
  async ask({ now }, merchant, method, content, more = {}) {
    const { biz_content: body = '', ...fields } = signedFields(now, merchant, method, content, more);
    const url = new URL(merchant.endpoint);
    url.search = new URLSearchParams(fields).toString();
    const { status, text } = await askVendor({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=utf-8' },
      body: new URLSearchParams({ biz_content: body }).toString(),
      ...(patienceMs !== undefined && { patienceMs }),
    });
    if (status !== 200) throw new Error(`Alipay answered ${status} to ${method}`);
    return answerIn(text, merchant, method);
  },
});

/** Where a browser is sent to pay. */
export function pageUrl(ctx: Context, merchant: Merchant, method: string, content: Content, more: Fields): string {
  const url = new URL(merchant.endpoint);
  url.search = new URLSearchParams(signedFields(ctx.now, merchant, method, content, more)).toString();
  return url.href;
}

function signedFields(now: Date, merchant: Merchant, method: string, content: Content, more: Fields): Fields {
  const fields = {
    ...more,
    app_id: merchant.appId,
    method,
    format: 'JSON',
    charset: 'utf-8',
    sign_type: 'RSA2',
    timestamp: timeText(now),
    version: '1.0',
    biz_content: JSON.stringify(content),
  };
  return { ...fields, sign: signatureOf(fields, merchant.privateKey) };
}

/** The signature is over the text of one member of the answer, so that text is what is read. */
function answerIn(text: string, { alipayKey }: Merchant, method: string): Answer {
  const member = memberText(text, `${method.replaceAll('.', '_')}_response`);
  const signature = /"sign"\s*:\s*"([A-Za-z0-9+/=]+)"/.exec(text.replace(member ?? '', ''))?.[1] ?? '';
  if (member === undefined || !isSignedText(member, signature, alipayKey))
    throw new Error(`Alipay answered ${method} with what is not signed as it must be: ${wordOf(codeIn(text))}`);
  const fields = JSON.parse(member) as Record<string, unknown>;
  const { code, sub_code: subCode } = fields;
  if (code === DONE) return { refusal: undefined, fields };
  const reason = wordOf(subCode);
  if (code !== NOT_DONE || UNSURE.includes(reason))
    throw new Error(`Alipay answered ${wordOf(code)} ${reason} to ${method}`);
  return { refusal: reason, fields };
}

/** The object that is the member of this name, as it is written. */
function memberText(text: string, name: string): string | undefined {
  const found = new RegExp(`"${name}"\\s*:\\s*(?=\\{)`).exec(text);
  if (found === null) return undefined;
  const start = found.index + found[0].length;
  let depth = 0;
  for (const { 0: token, index } of text.slice(start).matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token === '{') depth++;
    if (token === '}' && --depth === 0) return text.slice(start, start + index + 1);
  }
  return undefined;
}

/** Alipay does not sign what it says to those it does not know. */
const codeIn = (text: string): string | undefined => /"sub_code"\s*:\s*"([^"]*)"/.exec(text)?.[1];

/** For logs and people: a code and nothing else. */
const wordOf = (value: unknown): string =>
  typeof value === 'string' && /^[\w.-]{1,64}$/.test(value) ? value : 'nothing known';
